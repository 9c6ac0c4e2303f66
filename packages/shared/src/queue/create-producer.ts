import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Entry } from "./entry.ts";
import { queuePrefix } from "./names.ts";

/** Puts entries into queues. Rejects at once while Redis is away; the reconciler then enqueues what was committed. */
export type Producer = {
  /** Adds the entries. An id that is queued already is left as it is; a rejection may have added some of them. */
  enqueue(entries: readonly Entry[]): Promise<void>;
  /** Which of these entries of one queue Redis knows, in their order. */
  knows(queue: string, ids: readonly string[]): Promise<boolean[]>;
  close(): Promise<void>;
};

const day = 24 * 60 * 60_000;

/** Attempts belong to our own tables, so BullMQ keeps trying: an entry goes only when a worker has dealt with it. */
const defaultJobOptions = {
  attempts: 1_000_000,
  backoff: { type: "capped" },
  removeOnComplete: true,
  removeOnFail: true,
};

export function createProducer(redis: Redis, namespace: string): Producer {
  const queues = new Map<string, Queue>();

  function open(name: string): Queue {
    const existing = queues.get(name);
    if (existing) return existing;
    const queue = new Queue(name, {
      connection: redis,
      prefix: queuePrefix(namespace, name),
      defaultJobOptions,
      skipVersionCheck: true,
      skipWaitingForReady: true,
      skipMetasUpdate: true,
    });
    // The connection is ours and reports its own errors.
    queue.on("error", () => {});
    queues.set(name, queue);
    return queue;
  }

  return {
    async enqueue(entries) {
      const byQueue = Map.groupBy(entries, (entry) => entry.queue);
      const adding = [...byQueue].map(([name, group]) =>
        open(name).addBulk(
          group.map(({ id, data, delayMs = 0 }) => ({
            name,
            data,
            opts: { jobId: id, delay: Math.min(delayMs, 365 * day) },
          })),
        ),
      );
      await Promise.all(adding);
    },
    async knows(queue, ids) {
      const pipeline = redis.pipeline();
      for (const id of ids) pipeline.exists(open(queue).toKey(id));
      const replies = (await pipeline.exec()) ?? [];
      return replies.map(([error, found]) => {
        if (error) throw error;
        return found === 1;
      });
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}
