import { sql, type Kysely } from "kysely";
import type { Database, JobRow } from "../db/schema.ts";

/**
 * Finds what kept jobs from being inserted, by their ids: a job that is there already is its own rival, otherwise it is the
 * pending one with the same `dedup_key`. There is none if that one has ended since.
 */
export async function findRivals(db: Kysely<Database>, jobs: readonly JobRow[]): Promise<Map<string, JobRow>> {
  if (jobs.length === 0) return new Map();
  const { rows } = await sql<JobRow & { rival_of: string }>`
    select jobs.*, wanted.id as rival_of
    from unnest(${jobs.map(({ id }) => id)}::uuid[]) as wanted (id) join jobs on jobs.id = wanted.id
    union all
    select jobs.*, wanted.id as rival_of
    from unnest(${jobs.map(({ id }) => id)}::uuid[], ${jobs.map(({ tenant }) => tenant)}::text[],
        ${jobs.map(({ kind }) => kind)}::text[], ${jobs.map(({ dedup_key }) => dedup_key)}::text[])
      as wanted (id, tenant, kind, dedup_key)
    join jobs on (jobs.tenant, jobs.kind, jobs.dedup_key) = (wanted.tenant, wanted.kind, wanted.dedup_key)
      and jobs.outcome is null and jobs.id <> wanted.id`.execute(db);
  const rivals = new Map<string, JobRow>();
  for (const { rival_of, ...job } of rows) if (rival_of === job.id || !rivals.has(rival_of)) rivals.set(rival_of, job);
  return rivals;
}
