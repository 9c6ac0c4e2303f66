import { sql, type Kysely } from "kysely";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { cancelledError } from "./end-errors.ts";
import { isStarted } from "./is-started.ts";
import type { Settlement } from "./settle-jobs.ts";
import { briefly } from "./with-free-jobs.ts";

export type SettledRow = Pick<JobRow, "id" | "kind" | "state" | "entry" | "run_at" | "priority">;

/** Commits the outcomes of runs without a result: failures, retries, and what was cut off. Answers their jobs. */
export async function settleOthers(db: Kysely<Database>, settlements: readonly Settlement[]): Promise<SettledRow[]> {
  const runs = settlements.map(({ jobId, delivery, outcome }) => ({
    jobId,
    delivery,
    entry: `${jobId}-${delivery}`,
    again: outcome.state === "queued" || outcome.state === "scheduled",
    ...outcome,
  }));
  const { rows } = await sql<SettledRow>`
    update jobs set
      state = case when jobs.state = 'cancelling' then 'cancelled' else run.state end,
      error = case when jobs.state = 'cancelling' then ${JSON.stringify(cancelledError)}::jsonb else coalesce(run.error, jobs.error) end,
      attempt = jobs.attempt + case when run.error is null then 0 else 1 end,
      entry = case when run.again then run.entry else jobs.entry end,
      run_at = case when run.again then now() + run."afterMs" * interval '1 ms' else jobs.run_at end,
      finished_at = case when jobs.state = 'cancelling' or not run.again then now() end,
      settled_delivery = run.delivery, revision = revision + 1, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as run ("jobId" uuid, delivery integer, state text,
      error jsonb, entry text, again boolean, "afterMs" double precision)
    where ${briefly} and jobs.id = run."jobId" and jobs.delivery = run.delivery and ${isStarted}
    returning jobs.id, jobs.kind, jobs.state, jobs.entry, jobs.run_at, jobs.priority`.execute(db);
  return rows;
}
