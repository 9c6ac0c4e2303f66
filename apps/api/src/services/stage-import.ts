import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { newId } from "@longshore/shared/new-id";
import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, ImportFormat, ImportRow, JobRow, OnConflict } from "@longshore/shared/db/schema";
import { isUnavailable } from "@longshore/shared/db/sql-error";
import { importKind } from "@longshore/shared/jobs/contracts";
import type { Slice } from "@longshore/shared/records/slice-records";
import { findSealed } from "./find-sealed.ts";
import { untilKnown } from "./until-known.ts";

const compress = promisify(zstdCompress);
/** One piece of output for a slice: the default of 16 KiB makes many, which are put together again. */
const fastest = { chunkSize: 1024 * 1024, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** How many rejects an import may have: a number, or a percentage of its rows. */
export type MaxRejects = { rows: number } | { percent: number };

export type NewImport = {
  tenant: string;
  dataset: string;
  format: ImportFormat;
  onConflict: OnConflict;
  dryRun: boolean;
  maxRejects: MaxRejects | undefined;
  /** The import whose rejects these rows correct. */
  correctionOf: string | undefined;
  /** Whom to tell when the import is over. */
  webhook: string | undefined;
  requestId: string;
  traceparent: string;
};

export type SealedImport = { job: JobRow; imported: ImportRow };

/** An import on its way in: `write` every slice in order, then `seal` it, or `discard` it. */
export type Staging = {
  /** Starts to compress a slice and to commit the one before it; waits only for the commit before that. */
  write(slice: Slice, columns: string[] | null): Promise<void>;
  /**
   * Commits the last slice and makes the import `queued`, in one transaction with what `also` does: from here on it will
   * be done. If the commit is not answered, finds out what became of it.
   */
  seal(also: (trx: Transaction<Database>, sealed: SealedImport) => Promise<void>): Promise<SealedImport>;
  /** Removes what was written, as far as the database can be reached; the reconciler removes what stays behind. */
  discard(): Promise<void>;
};

type Chunk = { seq: number; first_row: number; rows: number; payload: Buffer };

/**
 * Writes an import's chunks to PostgreSQL while they arrive. Until it is sealed, the import is `receiving`: no worker
 * sees it. A small import needs no more than the sealing transaction.
 */
export function stageImport(db: Db, request: NewImport, window: number): Staging {
  const jobId = newId();
  let begun = false;
  let columns: string[] | null = null;
  /** The last slice, being compressed. */
  let held: Promise<Chunk> | undefined;
  /** The commit of the one before it. */
  let committing: Promise<void> = Promise.resolve();
  let seq = 0;
  let rows = 0;

  async function begin(trx: Transaction<Database>): Promise<void> {
    await trx.insertInto("jobs").values(newJob(jobId, request)).execute();
    await trx
      .insertInto("imports")
      .values({ ...newImport(jobId, request), columns, release_window: window })
      .execute();
  }

  async function flush(trx: Transaction<Database>, compressing: Promise<Chunk>): Promise<void> {
    if (begun)
      await trx
        .updateTable("jobs")
        .set({ updated_at: sql<Date>`now()` })
        .where("id", "=", jobId)
        .execute();
    else await begin(trx);
    const chunk = await compressing;
    await trx
      .insertInto("import_chunks")
      .values({ job_id: jobId, ...chunk, last_error: null })
      .execute();
    await trx
      .updateTable("imports")
      .set((eb) => ({ staged_bytes: eb("staged_bytes", "+", chunk.payload.length) }))
      .where("job_id", "=", jobId)
      .execute();
  }

  async function close(trx: Transaction<Database>): Promise<SealedImport> {
    const imported = await trx
      .updateTable("imports")
      .set({ chunks_total: seq, rows_received: rows, max_rejects: countMaxRejects(request.maxRejects, rows) })
      .where("job_id", "=", jobId)
      .returningAll()
      .executeTakeFirstOrThrow();
    const job = await trx
      .updateTable("jobs")
      .set((eb) => ({ state: "queued", revision: eb("revision", "+", 1), updated_at: sql<Date>`now()` }))
      .where("id", "=", jobId)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { job, imported };
  }

  async function commit(chunk: Promise<Chunk>): Promise<void> {
    await db.transaction().execute((trx) => flush(trx, chunk));
    begun = true;
  }

  return {
    async write(slice, header) {
      columns = header;
      await committing;
      if (held) committing = commit(held);
      held = compressSlice(slice, seq);
      // A rejection before anyone waits for it is no crash: the next call meets it.
      for (const started of [committing, held]) started.catch(() => {});
      seq += 1;
      rows += slice.rows;
    },
    async seal(also) {
      let sealing = false;
      try {
        await committing;
        return await db.transaction().execute(async (trx) => {
          await flush(trx, held!);
          const sealed = await close(trx);
          await also(trx, sealed);
          sealing = true;
          return sealed;
        });
      } catch (error) {
        const sealed = sealing && isUnavailable(error) ? await untilKnown(() => findSealed(db, jobId)) : undefined;
        if (sealed) return sealed;
        throw error;
      }
    },
    async discard() {
      await committing.catch(() => {});
      if (begun) await db.deleteFrom("jobs").where("id", "=", jobId).where("state", "=", "receiving").execute();
    },
  };
}

async function compressSlice(slice: Slice, seq: number): Promise<Chunk> {
  return { seq, first_row: slice.firstRow, rows: slice.rows, payload: await compress(slice.bytes, fastest) };
}

function newImport(jobId: string, { dataset, format, onConflict, dryRun, correctionOf }: NewImport) {
  return {
    job_id: jobId,
    dataset,
    format,
    on_conflict: onConflict,
    dry_run: dryRun,
    correction_of: correctionOf ?? null,
  };
}

function countMaxRejects(limit: MaxRejects | undefined, rows: number): number | null {
  if (!limit) return null;
  return "rows" in limit ? limit.rows : Math.floor((rows * limit.percent) / 100);
}

function newJob(id: string, request: NewImport) {
  return {
    id,
    tenant: request.tenant,
    kind: importKind,
    state: "receiving" as const,
    payload: "{}",
    options: "{}",
    max_attempts: 1,
    tags: "{}",
    entry: null,
    webhook: request.webhook ?? null,
    request_id: request.requestId,
    traceparent: request.traceparent,
    updated_at: sql<Date>`now()`,
  };
}
