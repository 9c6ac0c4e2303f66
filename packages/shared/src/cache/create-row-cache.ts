/**
 * This room keeps rows of PostgreSQL in Redis: `reader` reads through the cache, `fence` is what a write goes behind so that
 * nobody reads what it replaced. `docs/decisions/0016` tells why it cannot.
 */
import type { Db } from "../db/create-database.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import { cacheKeys } from "./cache-keys.ts";
import { createAttempt } from "./create-attempt.ts";
import { createReadCache, type ReadCacheDeps, type ReadRow } from "./create-read-cache.ts";
import { createWriteFence, type WriteFence } from "./create-write-fence.ts";
import { followEpoch } from "./follow-epoch.ts";
import { followRedisRun } from "./follow-redis-run.ts";
import { createSuspendCache } from "./create-suspend-cache.ts";

export type RowCacheDeps = { db: Db; redis: RedisClient; onError: (error: unknown) => void };

export type RowCacheOptions = {
  namespace: string;
  /** All who read or write the same rows name the same cache. */
  cache: string;
  /** For how long a reader relies on the epoch; the same for all. */
  epochLeaseMs?: number;
};

export type RowCache = {
  reader(options: Pick<ReadCacheDeps, "ttlMs" | "load" | "patienceMs">): ReadRow;
  fence: WriteFence;
};

export function createRowCache({ db, redis, onError }: RowCacheDeps, options: RowCacheOptions): RowCache {
  const { namespace, cache, epochLeaseMs = 500 } = options;
  const keys = cacheKeys(namespace, cache);
  const attempt = createAttempt(onError);
  const suspendCache = createSuspendCache(db, cache, epochLeaseMs);

  return {
    reader(wanted) {
      const epoch = followEpoch(db, cache, epochLeaseMs);
      return createReadCache({
        redis,
        keys,
        attempt,
        epoch,
        run: followRedisRun(redis, keys.prefix, attempt),
        ...wanted,
      });
    },
    fence: createWriteFence({ redis, keys, attempt, suspendCache }),
  };
}
