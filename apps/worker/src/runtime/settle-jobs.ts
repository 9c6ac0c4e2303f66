import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { JobError, JobRow } from "@longshore/shared/db/schema";
import { isRowError } from "@longshore/shared/db/sql-error";
import { createMicroBatch } from "@longshore/shared/micro-batch";

/** What became of one run of a job. `queued` sets it back, to be run again by `entry` at `runAt`. */
export type Settlement = {
  jobId: string;
  delivery: number;
  attempt: number;
  entry: string;
} & (
  | { state: "succeeded"; result: unknown }
  | { state: "failed"; error: JobError }
  | { state: "queued"; error: JobError | null; runAt: Date }
);

export type SettleJob = (settlement: Settlement) => Promise<JobRow | undefined>;

/**
 * Commits the outcomes of runs, all that are there at the same time in one statement. Undefined for a run that lost its
 * job to a later delivery: its outcome counts for nothing.
 */
export function createSettleJobs(db: Db): SettleJob {
  return createMicroBatch<Settlement, JobRow | undefined>({
    maxItems: 500,
    mayBeOneItem: isRowError,
    run: (settlements) => settleJobs(db, settlements),
  });
}

async function settleJobs(db: Db, settlements: readonly Settlement[]): Promise<(JobRow | undefined)[]> {
  const { rows } = await sql<JobRow>`
    update jobs set state = run.state, attempt = run.attempt, entry = run.entry, run_at = run."runAt",
      result = run.result, error = run.error, settled_delivery = run.delivery, revision = revision + 1,
      finished_at = case when run.state <> 'queued' then now() end, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(settlements)}::jsonb) as run (
      "jobId" uuid, delivery integer, attempt integer, entry text, state text, result jsonb, error jsonb, "runAt" timestamptz)
    where jobs.id = run."jobId" and jobs.delivery = run.delivery and jobs.state = 'running'
    returning jobs.*`.execute(db);

  const settled = new Map(rows.map((row) => [row.id, row]));
  return settlements.map(({ jobId, delivery }) => {
    const row = settled.get(jobId);
    return row?.settled_delivery === delivery ? row : undefined;
  });
}
