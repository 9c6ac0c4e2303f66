import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { newId } from "@longshore/shared/new-id";
import type { Db } from "@longshore/shared/db/create-database";
import type { ImportFormat, NewJobRow, OnConflict } from "@longshore/shared/db/schema";
import { listRecords } from "@longshore/shared/records/list-records";

const compress = promisify(zstdCompress);

type Staged = {
  dataset: string;
  format?: ImportFormat;
  columns?: string[];
  onConflict?: OnConflict;
  dryRun?: boolean;
  maxRejects?: number;
  chunks: string[];
};

/** A job row with nothing special about it. */
export function newJob(changes: Partial<NewJobRow> = {}): NewJobRow {
  const id = changes.id ?? newId();
  return {
    id,
    kind: "sleep",
    state: "queued",
    payload: JSON.stringify({ durationMs: 0 }),
    options: "{}",
    max_attempts: 3,
    tags: "{}",
    entry: `${id}-0`,
    request_id: null,
    updated_at: new Date(),
    ...changes,
  };
}

/** Writes a sealed import whose chunks hold the given records, and answers its id. */
export async function stage(
  db: Db,
  { dataset, format = "ndjson", columns, onConflict = "error", dryRun = false, maxRejects, chunks }: Staged,
): Promise<string> {
  const sized = chunks.map((chunk) => ({ chunk, rows: listRecords(Buffer.from(chunk), format).length }));
  const job = newJob({ kind: "import", max_attempts: 1, entry: null, payload: "{}" });
  await db.insertInto("jobs").values(job).execute();
  await db
    .insertInto("imports")
    .values({
      job_id: job.id,
      dataset,
      format,
      columns: columns ?? null,
      on_conflict: onConflict,
      release_window: 2,
      dry_run: dryRun,
      max_rejects: maxRejects ?? null,
      chunks_total: chunks.length,
      rows_received: sized.reduce((sum, { rows }) => sum + rows, 0),
    })
    .execute();
  let first = 1;
  for (const [seq, { chunk, rows }] of sized.entries()) {
    const payload = await compress(Buffer.from(chunk));
    await db
      .insertInto("import_chunks")
      .values({ job_id: job.id, seq, first_row: first, rows, payload, last_error: null })
      .execute();
    first += rows;
  }
  return job.id;
}
