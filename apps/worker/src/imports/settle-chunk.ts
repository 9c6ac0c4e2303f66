import { sql, type Transaction } from "kysely";
import type { Database, ImportRow, JobRow } from "@longshore/shared/db/schema";
import type { ClaimedChunk } from "./claim-chunk.ts";
import type { Refusal } from "./validate-rows.ts";
import type { Written } from "./written.ts";

/** The import as it was committed with a chunk. */
export type SettledChunk = { job: JobRow; imported: ImportRow };

/** Records what became of a chunk's rows, drops its payload, and ends the job if it was the last. */
export async function settleChunk(
  trx: Transaction<Database>,
  chunk: ClaimedChunk,
  written: Omit<Written, "refused">,
  refused: readonly Refusal[],
  raw: () => string[],
): Promise<SettledChunk> {
  const metDuplicates = written.skipped > 0 || refused.some(({ code }) => code === "duplicate");
  if (refused.length > 0) await insertRejects(trx, chunk, refused, raw());
  await trx
    .updateTable("import_chunks")
    .set({ state: "done", payload: null })
    .where("job_id", "=", chunk.jobId)
    .where("seq", "=", chunk.seq)
    .execute();
  // Chunks of one import wait for each other here, and only here: it is the last thing before the commit.
  const imported = await trx
    .updateTable("imports")
    .set((eb) => ({
      chunks_done: eb("chunks_done", "+", 1),
      rows_inserted: eb("rows_inserted", "+", written.inserted),
      rows_updated: eb("rows_updated", "+", written.updated),
      rows_skipped: eb("rows_skipped", "+", written.skipped),
      rows_rejected: eb("rows_rejected", "+", refused.length),
      met_duplicates: sql<boolean>`met_duplicates or ${metDuplicates}`,
    }))
    .where("job_id", "=", chunk.jobId)
    .returningAll()
    .executeTakeFirstOrThrow();

  if (imported.chunks_done < imported.chunks_total) {
    const job = await trx.selectFrom("jobs").selectAll().where("id", "=", chunk.jobId).executeTakeFirstOrThrow();
    return { job, imported };
  }
  const job = await trx
    .updateTable("jobs")
    .set((eb) => ({
      state: imported.rows_rejected > 0 ? "partially_succeeded" : "succeeded",
      attempt: eb("attempt", "+", 1),
      revision: eb("revision", "+", 1),
      finished_at: sql<Date>`clock_timestamp()`,
      updated_at: sql<Date>`clock_timestamp()`,
    }))
    .where("id", "=", chunk.jobId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { job, imported };
}

async function insertRejects(trx: Transaction<Database>, chunk: ClaimedChunk, refused: readonly Refusal[], raw: string[]): Promise<void> {
  await sql`
    insert into import_rejects (job_id, row, code, field, message, sqlstate, constraint_name, raw)
    select ${chunk.jobId}, reject.* from unnest(
      ${refused.map(({ index }) => chunk.firstRow + index)}::bigint[],
      ${refused.map(({ code }) => code)}::text[],
      ${refused.map(({ field }) => field)}::text[],
      ${refused.map(({ message }) => message)}::text[],
      ${refused.map(({ sqlstate }) => sqlstate)}::text[],
      ${refused.map(({ constraint }) => constraint)}::text[],
      ${refused.map(({ index }) => raw[index])}::text[]
    ) as reject`.execute(trx);
}
