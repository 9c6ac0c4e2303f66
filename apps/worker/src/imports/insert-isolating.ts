import { sql, type Transaction } from "kysely";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Database, OnConflict } from "@longshore/shared/db/schema";
import { isRowError, type SqlError } from "@longshore/shared/db/sql-error";
import { insertRows, type Inserted } from "./insert-rows.ts";
import type { Refusal, ValidRow } from "./validate-rows.ts";

export type Isolated = Inserted & { refused: Refusal[] };

/**
 * Inserts rows under a savepoint. If PostgreSQL refuses the statement for a row's sake, the rows are halved until each bad
 * one is alone: about k · log n statements for k bad rows among n. Throws any error that is not about a row.
 */
export async function insertIsolating(
  trx: Transaction<Database>,
  dataset: Dataset,
  onConflict: OnConflict,
  rows: readonly ValidRow[],
): Promise<Isolated> {
  await sql`savepoint isolating`.execute(trx);
  try {
    const inserted = await insertRows(trx, dataset, onConflict, rows);
    await sql`release savepoint isolating`.execute(trx);
    return { ...inserted, refused: [] };
  } catch (error) {
    if (!isRowError(error)) throw error;
    await sql`rollback to savepoint isolating`.execute(trx);
    await sql`release savepoint isolating`.execute(trx);
    if (rows.length === 1) return { inserted: 0, updated: 0, duplicates: [], refused: [refusal(rows[0]!, error)] };
  }

  const middle = Math.ceil(rows.length / 2);
  const left = await insertIsolating(trx, dataset, onConflict, rows.slice(0, middle));
  const right = await insertIsolating(trx, dataset, onConflict, rows.slice(middle));
  return {
    inserted: left.inserted + right.inserted,
    updated: left.updated + right.updated,
    duplicates: [...left.duplicates, ...right.duplicates],
    refused: [...left.refused, ...right.refused],
  };
}

function refusal({ index }: ValidRow, error: SqlError & { code: string }): Refusal {
  const where = error.constraint ? ` (constraint ${error.constraint})` : "";
  return { index, code: "refused_by_database", field: error.column ?? null, message: `${error.message} [${error.code}]${where}` };
}
