import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { ChunkEntryData } from "@longshore/shared/queue/entry";

/**
 * Ends the session that holds a chunk and waits for its client to go on: a worker that froze in the middle of its
 * transaction. PostgreSQL's own timeouts do not reach a session that waits for the data of a COPY. Should the worker be
 * alive after all, it finds its transaction taken back, and the chunk is applied by whoever comes next.
 */
export async function evictHolder(db: Db, { jobId, seq }: ChunkEntryData): Promise<void> {
  await sql`
    select pg_terminate_backend(holder.pid)
    from import_chunks chunk join pg_stat_activity holder on holder.backend_xid = chunk.xmax
    where chunk.job_id = ${jobId} and chunk.seq = ${seq} and holder.wait_event = 'ClientRead'`.execute(db);
}
