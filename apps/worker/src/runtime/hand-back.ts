import type { Db } from "@longshore/shared/db/create-database";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import { newId } from "@longshore/shared/new-id";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import type { JobReference } from "./claim-rows.ts";
import { reassignEntries, type Reassignment } from "./reassign-entries.ts";
import { retryWhileUnavailable } from "./retry-while-unavailable.ts";

export type HandBackDeps = { db: Db; producer: Producer; metrics: WorkerMetrics; log: Logger };
/** `together` is how many may share an entry: any worker that fetches it would start them at once. */
export type HandBack = (references: readonly JobReference[], together: number) => Promise<void>;

/**
 * Gives jobs that this worker cannot start back to the queue, with new entries at the front of it, so that any worker can
 * take them. Resolves when they are there; while Redis is away the reconciler brings them.
 */
export function createHandBack({ db, producer, metrics, log }: HandBackDeps): HandBack {
  return async function handBack(references, together) {
    const changes = divide(references, together);
    const jobs = await retryWhileUnavailable(() => reassignEntries(db, changes, ["queued", "scheduled"]));
    for (const { kind } of jobs) metrics.handedBack.inc({ kind });
    // The last one that is put to the front is the first.
    const entries = toEntries(jobs.toReversed());
    for (const entry of entries) entry.first = true;
    await producer.enqueue(entries).catch((error: unknown) => {
      log.warn({ err: error, jobs: jobs.length }, "the queue is away: the reconciler will enqueue these jobs");
    });
  };
}

/** Jobs of the same entry are of the same kind and priority, so they may share one again. */
function divide(references: readonly JobReference[], together: number): Reassignment[] {
  return [...Map.groupBy(references, ({ entry }) => entry).values()].flatMap((group) => {
    const entries = Array.from({ length: Math.ceil(group.length / together) }, () => newId());
    return group.map(({ jobId, entry: former }, index) => {
      return { jobId, former, entry: entries[Math.floor(index / together)]! };
    });
  });
}
