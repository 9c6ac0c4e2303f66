import type { Db } from "@longshore/shared/db/create-database";
import { createdAtOf } from "@longshore/shared/jobs/created-at-of";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import { claimRows, type ClaimedJob, type JobReference } from "./claim-rows.ts";
import { endUnstarted } from "./end-unstarted.ts";
import type { Ring } from "./gather-rings.ts";
import { withFreeJobs } from "./with-free-jobs.ts";

/** What a claim of a job that somebody else has in a transaction comes to: it is to be claimed later. */
export const isHeld = Symbol("is held");

export type Claim = ClaimedJob | typeof isHeld | undefined;
export type ClaimJobs = (references: readonly JobReference[]) => Promise<Claim[]>;

export type ClaimJobsDeps = { db: Db; ring: Ring; flow: Pick<FlowMeter, "countOut">; metrics: WorkerMetrics };

/**
 * Claims jobs for this worker, all in one statement: they become `running` under a new delivery number. Undefined for a job
 * that is not there to be run: it is over, another entry carries it, or this is the moment at which it ends because it was
 * cancelled or came too late. An entry that comes again because its worker was lost takes its job although it still says
 * `running`.
 */
export function createClaimJobs({ db, ring, flow, metrics }: ClaimJobsDeps): ClaimJobs {
  /** Not of one that comes again: how long its former worker was silent is another question. */
  function noteWait(job: ClaimedJob, now: number): void {
    if (job.delivery - job.settled_delivery > 1) return;
    const dueAt = job.run_at?.getTime() ?? createdAtOf(job.id);
    metrics.waitSeconds.observe({ kind: job.kind }, Math.max(0, now - dueAt) / 1_000);
  }

  return async function claimJobs(references) {
    const { rows, held } = await withFreeJobs(db, references, claimRows);
    const claimed = new Map(rows.map((row) => [row.id, row]));
    const now = Date.now();
    for (const row of rows) noteWait(row, now);
    const isMine = ({ jobId, entry }: JobReference) => claimed.get(jobId)?.claimed_by === entry;

    const others = references.filter((reference) => !isMine(reference) && !held.has(reference.jobId));
    const ended = await withFreeJobs(db, others, endUnstarted);
    flow.countOut(ended.rows);
    ring([...claimed.keys(), ...ended.rows.map(({ id }) => id)]);
    return references.map((reference) => {
      const { jobId } = reference;
      if (held.has(jobId) || ended.held.has(jobId)) return isHeld;
      return isMine(reference) ? claimed.get(jobId) : undefined;
    });
  };
}
