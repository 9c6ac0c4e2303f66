import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { arrayOf, prepared } from "@longshore/shared/db/prepare-statements";
import type { JobRow } from "@longshore/shared/db/schema";
import { createdAtOf } from "@longshore/shared/jobs/created-at-of";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import { endUnstarted } from "./end-unstarted.ts";
import type { Ring } from "./gather-rings.ts";

/** A job in the envelope of a queue entry. */
export type JobReference = { jobId: string; entry: string };

const claimedColumns = [
  "id",
  "tenant",
  "kind",
  "payload",
  "options",
  "attempt",
  "max_attempts",
  "delivery",
  "settled_delivery",
  "run_at",
  "request_id",
  "traceparent",
] as const satisfies (keyof JobRow)[];

/** What a run needs of its job. */
export type ClaimedJob = Pick<JobRow, (typeof claimedColumns)[number]>;

/**
 * A claim is committed without waiting for the disk: should PostgreSQL crash before it gets there, the job is queued as it
 * was, and the outcome of the run is refused. The settlement, which waits, takes along what came before it.
 */
const withoutWaiting = sql`(select set_config('synchronous_commit', 'off', true)) as without_waiting`;

/**
 * A job waits until its time has come by PostgreSQL's clock, whoever carries it. Its own entry comes by the clock of a worker,
 * and clocks differ a little; the entry of one that is far too early is dropped, and the reconciler brings another one.
 */
const mayStart = sql`(jobs.run_at is null or jobs.run_at <= now() or (jobs.entry = wanted.entry and jobs.run_at <= now() + interval '1 s'))
          and (jobs.expires_at is null or jobs.expires_at > now() or jobs.started_at is not null)`;

export type ClaimJobs = (references: readonly JobReference[]) => Promise<(ClaimedJob | undefined)[]>;

export type ClaimJobsDeps = { db: Db; ring: Ring; flow: Pick<FlowMeter, "countOut">; metrics: WorkerMetrics };

/**
 * Claims jobs for this worker, all in one statement: they become `running` under a new delivery number. Undefined for a job
 * that is not there to be run: it is over, another entry carries it, or this is the moment at which it ends because it was
 * cancelled or came too late. An entry that comes again because its worker was lost takes its job although it still says
 * `running`.
 */
export function createClaimJobs({ db, ring, flow, metrics }: ClaimJobsDeps): ClaimJobs {
  const columns = sql.join(claimedColumns.map((column) => sql.ref(`jobs.${column}`)));

  /** Not of one that comes again: how long its former worker was silent is another question. */
  function noteWait(job: ClaimedJob, now: number): void {
    if (job.delivery - job.settled_delivery > 1) return;
    const dueAt = job.run_at?.getTime() ?? createdAtOf(job.id);
    metrics.waitSeconds.observe({ kind: job.kind }, Math.max(0, now - dueAt) / 1_000);
  }

  return async function claimJobs(references) {
    const ids = references.map(({ jobId }) => jobId);
    const entries = references.map(({ entry }) => entry);
    const { rows } = await sql<ClaimedJob & { claimed_by: string }>`${sql.raw(prepared)}
      update jobs set state = 'running', delivery = delivery + 1, entry = wanted.entry, revision = revision + 1,
        started_at = coalesce(started_at, now()), updated_at = now()
      from unnest(${arrayOf("uuid", ids)}, ${arrayOf("text", entries)}) as wanted (id, entry), ${withoutWaiting}
      where jobs.id = wanted.id and case jobs.state
        when 'running' then jobs.entry = wanted.entry
        when 'queued' then ${mayStart}
        when 'scheduled' then ${mayStart}
        else false end
      returning ${columns}, wanted.entry as claimed_by`.execute(db);

    const claimed = new Map(rows.map((row) => [row.id, row]));
    const now = Date.now();
    for (const row of rows) noteWait(row, now);
    const answers = references.map(({ jobId, entry }) => {
      const job = claimed.get(jobId);
      return job?.claimed_by === entry ? job : undefined;
    });
    const others = references.filter((_reference, index) => !answers[index]);
    const ended = others.length > 0 ? await endUnstarted(db, others) : [];
    flow.countOut(ended);
    ring([...claimed.keys(), ...ended.map(({ id }) => id)]);
    return answers;
  };
}
