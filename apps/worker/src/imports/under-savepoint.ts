import { sql, type Transaction } from "kysely";
import type { Database } from "@longshore/shared/db/schema";
import { isRowError, type RowError } from "@longshore/shared/db/sql-error";

/** Tries a statement; if PostgreSQL refuses it for a row's sake, takes it back and answers why. Other errors are thrown. */
export async function underSavepoint<T>(
  trx: Transaction<Database>,
  statement: () => Promise<T>,
): Promise<{ done: T; refused?: undefined } | { done?: undefined; refused: RowError }> {
  await sql`savepoint trying`.execute(trx);
  try {
    const done = await statement();
    await sql`release savepoint trying`.execute(trx);
    return { done };
  } catch (error) {
    if (!isRowError(error)) throw error;
    await sql`rollback to savepoint trying`.execute(trx);
    await sql`release savepoint trying`.execute(trx);
    return { refused: error };
  }
}
