import type { Queue } from "bullmq";
import { isDeepStrictEqual } from "node:util";
import type { QueueSettings } from "./queue-settings.ts";
import type { RedisClient } from "./redis-client.ts";

/** How a queue is held back, as Redis has it. Rejects while Redis is away. */
export type QueueControl = {
  read(): Promise<QueueSettings>;
  /** Makes Redis agree with the settings, for all workers and at once. Answers whether it did not before. */
  apply(settings: QueueSettings): Promise<boolean>;
  /** Takes back one entry that the rate has counted in the time that runs. */
  uncount(): Promise<void>;
};

const uncountScript = `
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end`;

export function createQueueControl(redis: RedisClient, queue: Queue): QueueControl {
  async function read(): Promise<QueueSettings> {
    const { paused, concurrency, max, duration } = await queue.getMeta();
    return {
      paused: paused ?? false,
      concurrency: concurrency ?? null,
      rateLimit: max && duration ? { max, durationMs: duration } : null,
    };
  }

  return {
    read,
    async apply(settings) {
      if (isDeepStrictEqual(await read(), settings)) return false;
      const { paused, concurrency, rateLimit } = settings;
      await (concurrency === null ? queue.removeGlobalConcurrency() : queue.setGlobalConcurrency(concurrency));
      await (rateLimit === null
        ? queue.removeGlobalRateLimit()
        : queue.setGlobalRateLimit(rateLimit.max, rateLimit.durationMs));
      // Resuming also wakes the workers that wait because of a limit that is gone now.
      await (paused ? queue.pause() : queue.resume());
      return true;
    },
    async uncount() {
      await redis.eval(uncountScript, 1, queue.toKey("limiter"));
    },
  };
}
