import { sql, type Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import type { ChunkEntryData } from "../queue/entry.ts";

/**
 * The chunks that should be in the queue: not applied yet, of an import that is not over, and released: the first ones
 * of an import are from its start, and chunk n + `release_window` is once chunk n is done.
 */
export async function findReleasedChunks(db: Kysely<Database>, jobId?: string): Promise<ChunkEntryData[]> {
  const { rows } = await sql<ChunkEntryData>`
    select chunk.job_id as "jobId", chunk.seq
    from jobs
    join imports on imports.job_id = jobs.id
    join import_chunks chunk on chunk.job_id = jobs.id and chunk.state = 'pending'
    left join import_chunks earlier on earlier.job_id = chunk.job_id and earlier.seq = chunk.seq - imports.release_window
    where jobs.outcome is null and jobs.state in ('queued', 'running') and (earlier.seq is null or earlier.state = 'done')
      and ${jobId ? sql`jobs.id = ${jobId}` : sql`true`}
    order by chunk.job_id, chunk.seq`.execute(db);
  return rows;
}
