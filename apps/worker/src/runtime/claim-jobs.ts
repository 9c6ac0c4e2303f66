import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import { createMicroBatch } from "@longshore/shared/micro-batch";

/** A job in the envelope of a queue entry. */
export type JobReference = { jobId: string; entry: string };

export type ClaimJob = (reference: JobReference) => Promise<JobRow | undefined>;

/**
 * Claims jobs for this worker, all that are asked for at the same time in one statement: they become `running` under a
 * new delivery number. Undefined for a job that is not there to be run: it is over, or another entry carries it. An entry
 * that comes again because its worker was lost takes its job although it still says `running`.
 */
export function createClaimJobs(db: Db): ClaimJob {
  return createMicroBatch<JobReference, JobRow | undefined>({
    maxItems: 500,
    run: (references) => claimJobs(db, references),
  });
}

async function claimJobs(db: Db, references: readonly JobReference[]): Promise<(JobRow | undefined)[]> {
  const ids = references.map(({ jobId }) => jobId);
  const entries = references.map(({ entry }) => entry);
  const { rows } = await sql<JobRow & { claimed_by: string }>`
    update jobs set state = 'running', delivery = delivery + 1, revision = revision + 1,
      started_at = coalesce(started_at, now()), updated_at = now()
    from unnest(${ids}::uuid[], ${entries}::text[]) as wanted (id, entry)
    where jobs.id = wanted.id and (
      jobs.state in ('queued', 'scheduled') and (jobs.entry = wanted.entry or jobs.run_at is null or jobs.run_at <= now())
      or jobs.state = 'running' and jobs.entry = wanted.entry)
    returning jobs.*, wanted.entry as claimed_by`.execute(db);

  const claimed = new Map(rows.map((row) => [`${row.id} ${row.claimed_by}`, row]));
  return references.map(({ jobId, entry }) => claimed.get(`${jobId} ${entry}`));
}
