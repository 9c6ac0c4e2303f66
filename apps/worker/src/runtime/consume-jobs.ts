import type { Worker } from "bullmq";
import { contracts, type JobKind } from "@longshore/shared/jobs/contracts";
import type { JobContract } from "@longshore/shared/jobs/define-job";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { JobsEntryData } from "@longshore/shared/queue/entry";
import { queueFor } from "@longshore/shared/queue/names";
import { toJobView } from "@longshore/shared/status/job-view";
import type { JobHandler } from "../jobs/define-handler.ts";
import type { ClaimJob } from "./claim-jobs.ts";
import { createQueueWorker, type QueueWorkerOptions } from "./queue-worker.ts";
import { retryWhileUnavailable } from "./retry-while-unavailable.ts";
import { runJob, type RunJobDeps } from "./run-job.ts";
import type { SettleJob } from "./settle-jobs.ts";

export type ConsumeJobsDeps = RunJobDeps & {
  queues: Omit<QueueWorkerOptions, "queue" | "concurrency">;
  producer: Producer;
  claim: ClaimJob;
  settle: SettleJob;
  shutdown: AbortSignal;
};

/** Consumes one kind's queue. A job's way: claim → run → settle → show; the entry is over only after that. */
export function consumeJobs(deps: ConsumeJobsDeps, kind: JobKind, handler: JobHandler): Worker<JobsEntryData, void> {
  const contract: JobContract = contracts[kind];
  const queue = queueFor(kind);

  async function work(jobId: string, entry: string, lost: AbortSignal): Promise<void> {
    const job = await deps.claim({ jobId, entry });
    if (!job) return;
    const settlement = await runJob(deps, contract, handler, job, { shutdown: deps.shutdown, lost });
    const settled = await retryWhileUnavailable(() => deps.settle(settlement));
    if (!settled) {
      deps.log.warn({ jobId, delivery: job.delivery }, "the outcome of a run that had lost its job was refused");
      return;
    }
    if (settlement.state === "queued") {
      const delayMs = Math.max(0, settlement.runAt.getTime() - Date.now());
      await deps.producer
        .enqueue([{ id: settlement.entry, queue, data: { jobs: [jobId] }, delayMs }])
        .catch((error: unknown) => {
          deps.log.warn({ err: error, jobId }, "the queue is away: the reconciler will enqueue this job");
        });
    }
    await deps.board.publish({ view: toJobView(settled), revision: settled.revision });
  }

  return createQueueWorker<JobsEntryData>(
    { ...deps.queues, queue, concurrency: contract.concurrency },
    async (entry, _token, signal) => {
      const lost = signal ?? new AbortController().signal;
      await Promise.all(entry.data.jobs.map((jobId) => work(jobId, entry.id!, lost)));
    },
  );
}
