import { sql, type Transaction } from "kysely";
import type { Database, ImportRow, JobRow } from "@longshore/shared/db/schema";
import { endImport, type ImportEnd } from "@longshore/shared/imports/end-import";
import type { ClaimedChunk } from "./claim-chunk.ts";
import { insertRejects } from "./insert-rejects.ts";
import type { Refusal } from "./validate-rows.ts";
import type { Written } from "./written.ts";

/** What became of the rows of a chunk. */
export type ChunkRows = { inserted: number; updated: number; skipped: number; rejected: number };

/** The import as it was committed with a chunk; `rows` is undefined where the chunk was given up. */
export type SettledChunk = { job: JobRow; imported: ImportRow; rows?: ChunkRows };

/** Thrown to take a chunk's rows back: its import was ended meanwhile. */
export class ImportOver extends Error {
  override readonly name = "ImportOver";
}

/** Records what became of a chunk's rows, drops its payload, and ends the import if this decides it. */
export async function settleChunk(
  trx: Transaction<Database>,
  chunk: ClaimedChunk,
  written: Omit<Written, "refused">,
  refused: readonly Refusal[],
  raw: () => string[],
): Promise<SettledChunk> {
  if (refused.length > 0) await insertRejects(trx, chunk, refused, raw());
  await trx
    .updateTable("import_chunks")
    .set({ state: "done", payload: null })
    .where("job_id", "=", chunk.jobId)
    .where("seq", "=", chunk.seq)
    .execute();
  // From here to the commit, which is next, the chunks of one import wait for each other.
  const imported = await addCounts(trx, chunk, written, refused);
  const job = await trx.selectFrom("jobs").selectAll().where("id", "=", chunk.jobId).executeTakeFirstOrThrow();
  if (job.state !== "running") throw new ImportOver(`the import is ${job.state}`);

  const end = findEnd(imported);
  const { inserted, updated, skipped } = written;
  const rows = { inserted, updated, skipped, rejected: refused.length };
  return { job: end ? await endImport(trx, imported, end) : job, imported, rows };
}

function addCounts(
  trx: Transaction<Database>,
  chunk: ClaimedChunk,
  written: Omit<Written, "refused">,
  refused: readonly Refusal[],
): Promise<ImportRow> {
  const metDuplicates = written.skipped > 0 || refused.some(({ code }) => code === "duplicate");
  return trx
    .updateTable("imports")
    .set((eb) => ({
      chunks_done: eb("chunks_done", "+", 1),
      rows_inserted: eb("rows_inserted", "+", written.inserted),
      rows_updated: eb("rows_updated", "+", written.updated),
      rows_skipped: eb("rows_skipped", "+", written.skipped),
      rows_rejected: eb("rows_rejected", "+", refused.length),
      staged_bytes: eb("staged_bytes", "-", chunk.payload.length),
      met_duplicates: sql<boolean>`met_duplicates or ${metDuplicates}`,
    }))
    .where("job_id", "=", chunk.jobId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function findEnd({ rows_rejected, max_rejects, chunks_done, chunks_total }: ImportRow): ImportEnd | undefined {
  if (max_rejects !== null && rows_rejected > max_rejects) {
    const message = `${rows_rejected} rows were rejected, more than the ${max_rejects} allowed`;
    return { state: "failed", error: { code: "too_many_rejects", message } };
  }
  if (chunks_done < chunks_total) return undefined;
  return { state: rows_rejected > 0 ? "partially_succeeded" : "succeeded" };
}
