import type { Insertion } from "@longshore/shared/jobs/insert-jobs";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";

/** Puts jobs that were committed into the queue. Whoever submitted them does not wait for that: they will be done either way. */
export type EnqueueJobs = (insertions: readonly Insertion[]) => void;

export type Enqueuer = {
  enqueueJobs: EnqueueJobs;
  /** Resolves when all that was enqueued is in the queue, or left to the reconciler. */
  idle(): Promise<void>;
};

export type EnqueuerDeps = { producer: Producer; flow: Pick<FlowMeter, "countIn">; log: Logger };

/** Counts jobs and enqueues them in the entries that their rows name. */
export function createEnqueuer({ producer, flow, log }: EnqueuerDeps): Enqueuer {
  const underWay = new Set<Promise<void>>();

  async function enqueue(jobs: readonly Insertion["job"][]): Promise<void> {
    try {
      await producer.enqueue(toEntries(jobs));
    } catch (error) {
      log.warn({ err: error, jobs: jobs.length }, "the queue is away: the reconciler will enqueue these jobs");
    }
  }

  return {
    enqueueJobs(insertions) {
      const jobs = insertions.filter(({ deduplicated }) => !deduplicated).map(({ job }) => job);
      flow.countIn(jobs);
      const enqueued = enqueue(jobs).finally(() => underWay.delete(enqueued));
      underWay.add(enqueued);
    },
    async idle() {
      await Promise.all(underWay);
    },
  };
}
