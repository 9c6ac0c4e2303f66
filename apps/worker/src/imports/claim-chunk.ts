import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { ImportFormat, OnConflict } from "@longshore/shared/db/schema";
import { isLockTimeout } from "@longshore/shared/db/sql-error";
import type { ChunkEntryData } from "@longshore/shared/queue/entry";
import { evictHolder } from "./evict-holder.ts";

export type ClaimedChunk = {
  jobId: string;
  seq: number;
  tenant: string;
  dataset: string;
  format: ImportFormat;
  columns: string[] | null;
  onConflict: OnConflict;
  dryRun: boolean;
  /** Whether an earlier chunk of the import met a row that was there already. */
  metDuplicates: boolean;
  firstRow: number;
  rows: number;
  payload: Buffer;
  /** How often this chunk was claimed, this time included. */
  delivery: number;
  lastError: string | null;
  requestId: string | null;
  traceparent: string | null;
};

/**
 * Counts a delivery of the chunk, starts its job if it is the first, and brings the payload. Undefined when there is
 * nothing left to do: the chunk is done, or its import is over. Takes no lock that outlives the statement: two workers
 * may claim the same chunk, and the transaction that applies it lets one of them through. Rejects when another worker
 * holds the chunk for too long; the next claim then finds it free.
 */
export async function claimChunk(db: Db, reference: ChunkEntryData): Promise<ClaimedChunk | undefined> {
  try {
    return await claim(db, reference);
  } catch (error) {
    if (isLockTimeout(error)) await evictHolder(db, reference);
    throw error;
  }
}

async function claim(db: Db, { jobId, seq }: ChunkEntryData): Promise<ClaimedChunk | undefined> {
  const { rows } = await sql<ClaimedChunk>`
    with claimed as (
      update import_chunks chunk set delivery = chunk.delivery + 1
      from jobs
      where chunk.job_id = ${jobId} and chunk.seq = ${seq} and chunk.state = 'pending'
        and jobs.id = chunk.job_id and jobs.state in ('queued', 'running')
      returning chunk.*
    ), started as (
      update jobs set state = 'running', started_at = now(), updated_at = now(), revision = revision + 1
      where id = ${jobId} and state = 'queued' and exists (select from claimed)
    )
    select claimed.job_id as "jobId", claimed.seq, jobs.tenant, imports.dataset, imports.format, imports.columns,
      imports.on_conflict as "onConflict", imports.dry_run as "dryRun", imports.met_duplicates as "metDuplicates", claimed.first_row as "firstRow", claimed.rows, claimed.payload,
      claimed.delivery, claimed.last_error as "lastError", jobs.request_id as "requestId", jobs.traceparent
    from claimed join imports using (job_id) join jobs on jobs.id = claimed.job_id`.execute(db);
  return rows[0];
}
