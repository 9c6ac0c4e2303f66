import type { Insertion } from "@longshore/shared/jobs/insert-jobs";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";

export type EnqueueJobs = (insertions: readonly Insertion[]) => Promise<void>;

export type EnqueueJobsDeps = { producer: Producer; flow: Pick<FlowMeter, "countIn">; log: Logger };

/** Counts jobs that were committed and puts them into the queue, in the entries that their rows name. Never rejects. */
export function createEnqueueJobs({ producer, flow, log }: EnqueueJobsDeps): EnqueueJobs {
  return async function enqueueJobs(insertions) {
    const jobs = insertions.filter(({ deduplicated }) => !deduplicated).map(({ job }) => job);
    flow.countIn(jobs);
    try {
      await producer.enqueue(toEntries(jobs));
    } catch (error) {
      log.warn({ err: error, jobs: jobs.length }, "the queue is away: the reconciler will enqueue these jobs");
    }
  };
}
