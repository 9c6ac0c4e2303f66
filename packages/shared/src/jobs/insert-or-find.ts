import { sql, type Kysely } from "kysely";
import type { Database, JobRow } from "../db/schema.ts";
import { insertStatement } from "./insert-statement.ts";

/** The columns of a job that was there, all null for one that was inserted, and the id of the new job. */
type Found = { wanted: string } & (JobRow | { id: null });

/**
 * Inserts jobs and answers, by their ids, which job is there: the new one, or what kept it from being inserted, which is the
 * same job or the pending one with its `dedup_key`. Both are one statement, so what was pending when it began is found even if
 * it ends meanwhile. Missing is only a job that gave way to one inserted since then, by others or by this statement.
 */
export async function insertOrFind(db: Kysely<Database>, jobs: readonly JobRow[]): Promise<Map<string, JobRow>> {
  const { rows } = await sql<Found>`
    with inserted as (${insertStatement(jobs)} on conflict do nothing returning id)
    select id as wanted, (null::jobs).* from inserted
    union all
    select wanted.id, jobs.*
    from unnest(${jobs.map(({ id }) => id)}::uuid[]) as wanted (id) join jobs on jobs.id = wanted.id
    union all
    select wanted.id, jobs.*
    from unnest(${jobs.map(({ id }) => id)}::uuid[], ${jobs.map(({ tenant }) => tenant)}::text[],
        ${jobs.map(({ kind }) => kind)}::text[], ${jobs.map(({ dedup_key }) => dedup_key)}::text[])
      as wanted (id, tenant, kind, dedup_key)
    join jobs on (jobs.tenant, jobs.kind, jobs.dedup_key) = (wanted.tenant, wanted.kind, wanted.dedup_key)
      and jobs.outcome is null and jobs.id <> wanted.id`.execute(db);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const found = new Map<string, JobRow>();
  for (const { wanted, ...job } of rows) {
    if (job.id === null) found.set(wanted, byId.get(wanted)!);
    else if (job.id === wanted || !found.has(wanted)) found.set(wanted, job);
  }
  return found;
}
