import { createMicroBatch } from "../micro-batch.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import type { Attempt } from "./create-attempt.ts";

/** Only what still has the lease is replaced. Nothing to put gives the lease back. */
const putScript = `
for at = 1, #KEYS do
  if redis.call('GET', KEYS[at]) == ARGV[2 * at] then
    if ARGV[2 * at + 1] == '' then
      redis.call('DEL', KEYS[at])
    else
      redis.call('SET', KEYS[at], ARGV[2 * at + 1], 'PX', ARGV[1])
    end
  end
end
return 1`;

/** What replaces a lease; undefined where there was no row. */
export type Put = { key: string; lease: string; value: string | undefined };

/** Puts what was loaded where its lease is, if it is still there. Never rejects. */
export function createPut(redis: RedisClient, attempt: Attempt, ttlMs: number): (put: Put) => Promise<unknown> {
  return createMicroBatch<Put, unknown>({
    maxItems: 500,
    inCrowds: true,
    async run(puts) {
      const values = puts.flatMap(({ lease, value = "" }) => [lease, value]);
      await attempt(() => redis.eval(putScript, puts.length, ...puts.map(({ key }) => key), ttlMs, ...values));
      return puts;
    },
  });
}
