import { Worker, type Processor } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "@longshore/shared/logger";
import { queuePrefix } from "@longshore/shared/queue/names";
import { backoffMs } from "./backoff.ts";

export type QueueWorkerOptions = {
  redis: Redis;
  namespace: string;
  queue: string;
  concurrency: number;
  /** How long a worker may be silent before its entries go to another one. */
  lockDurationMs: number;
  log: Logger;
};

/**
 * A BullMQ worker with our defaults: it never gives an entry up by itself (attempts and poison are counted in our tables),
 * and an entry whose lock is lost is told so by its signal.
 */
export function createQueueWorker<Data>(
  options: QueueWorkerOptions,
  process: Processor<Data, void>,
): Worker<Data, void> {
  const { redis, namespace, queue, concurrency, lockDurationMs, log } = options;
  const worker = new Worker<Data, void>(queue, process, {
    connection: redis,
    prefix: queuePrefix(namespace, queue),
    concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs / 2,
    maxStalledCount: 1_000_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: { backoffStrategy: (attempts) => backoffMs(attempts) },
  });
  worker.on("error", (error) => log.warn({ err: error, queue }, "queue worker"));
  worker.on("failed", (entry, error) => log.warn({ err: error, queue, entry: entry?.id }, "entry will be tried again"));
  worker.on("stalled", (entry) => log.warn({ queue, entry }, "entry taken over from a lost worker"));
  worker.on("lockRenewalFailed", (entries) => {
    for (const entry of entries) worker.cancelJob(entry, "the lock was lost");
  });
  return worker;
}
