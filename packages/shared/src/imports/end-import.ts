import { sql, type Transaction } from "kysely";
import type { Database, ImportRow, JobError, JobRow } from "../db/schema.ts";

export type ImportEnd =
  | { state: "succeeded" | "partially_succeeded"; error?: undefined }
  | { state: "failed" | "cancelled"; error: JobError };

/**
 * Ends an import. The caller holds the lock on its `imports` row, as every chunk does when it settles: a chunk that comes
 * later finds the job over and takes its rows back, so the counts of an ended import never change.
 */
export async function endImport(
  trx: Transaction<Database>,
  imported: ImportRow,
  { state, error }: ImportEnd,
): Promise<JobRow> {
  // The keys that a dry run took note of; one that ended early needs them if it is tried again.
  if (imported.dry_run && !error) await trx.deleteFrom("import_keys").where("job_id", "=", imported.job_id).execute();
  return trx
    .updateTable("jobs")
    .set((eb) => ({
      state,
      error: error ? JSON.stringify({ ...error, message: `${error.message}. ${whatWasApplied(imported)}` }) : null,
      attempt: eb("attempt", "+", 1),
      revision: eb("revision", "+", 1),
      finished_at: sql<Date>`clock_timestamp()`,
      updated_at: sql<Date>`clock_timestamp()`,
    }))
    .where("id", "=", imported.job_id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function whatWasApplied({
  rows_received,
  rows_inserted,
  rows_updated,
  rows_skipped,
  rows_rejected,
}: ImportRow): string {
  const pending = rows_received - rows_inserted - rows_updated - rows_skipped - rows_rejected;
  return (
    `Of ${rows_received} rows ${rows_inserted} were inserted, ${rows_updated} updated, ${rows_skipped} skipped and ` +
    `${rows_rejected} rejected; ${pending} were not looked at and can be run by a retry`
  );
}
