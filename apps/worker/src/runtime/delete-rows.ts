import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";

const most = 5_000;

/** Deletes the rows that belong to these jobs, at most 5,000 in a statement; answers after each of those but the last. */
export async function* deleteRows(
  db: Db,
  table: "import_rejects" | "job_logs" | "import_keys",
  jobIds: readonly string[],
): AsyncGenerator<number> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where job_id = any(${jobIds}::uuid[]) limit ${most}))`.execute(db);
    if (numAffectedRows < most) return;
    yield 0;
  }
}
