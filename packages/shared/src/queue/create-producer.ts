import { Queue, type Job } from "bullmq";
import { createQueueControl, type QueueControl } from "./create-queue-control.ts";
import type { Entry, JobsEntryData } from "./entry.ts";
import { queuePrefix } from "./names.ts";
import type { RedisClient } from "./redis-client.ts";

/** Puts entries into queues. Rejects at once while Redis is away; the reconciler then enqueues what was committed. */
export type Producer = {
  /** Adds the entries. An id that is queued already is left as it is; a rejection may have added some of them. */
  enqueue(entries: readonly Entry[]): Promise<void>;
  /** Which of these entries of one queue Redis knows, in their order. */
  knows(queue: string, ids: readonly string[]): Promise<boolean[]>;
  /** What a jobs entry carries; undefined if Redis does not know it. */
  read(queue: string, id: string): Promise<JobsEntryData | undefined>;
  /** Takes an entry out of its queue, unless a worker has it. */
  remove(queue: string, id: string): Promise<void>;
  /** How this queue is held back. */
  control(queue: string): QueueControl;
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

/** From so many on, a pipeline for all is cheaper than a command for each: ioredis copies every command it knows into one. */
const worthAPipeline = 10;

export function createProducer(redis: RedisClient, namespace: string): Producer {
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
      const adding = [...byQueue].map(([name, group]) => addAll(open(name), group));
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
    read: async (queue, id) => ((await open(queue).getJob(id)) as Job<JobsEntryData> | undefined)?.data,
    remove: async (queue, id) => void (await open(queue).remove(id)),
    control: (queue) => createQueueControl(redis, open(queue)),
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}

async function addAll(queue: Queue, entries: readonly Entry[]): Promise<void> {
  const jobs = entries.map(({ id, data, delayMs = 0, priority = 0, first = false }) => ({
    name: queue.name,
    data,
    opts: {
      jobId: id,
      delay: Math.min(delayMs, 365 * day),
      ...(priority > 0 && { priority }),
      ...(first && { lifo: true }),
    },
  }));
  if (jobs.length >= worthAPipeline) await queue.addBulk(jobs);
  else await Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts)));
}
