import { createMicroBatch } from "../micro-batch.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import type { CacheKeys, RowKey } from "./cache-keys.ts";
import type { Attempt } from "./create-attempt.ts";

/** What Redis has of a row, and its tenant's stamp at the same moment. */
export type Held = { entry: string | null; stamp: string | null };

/** Looks up entries, all that are asked for at the same time by one MGET. Undefined while Redis is away. */
export function createLookUp(
  redis: RedisClient,
  keys: CacheKeys,
  attempt: Attempt,
): (row: RowKey) => Promise<Held | undefined> {
  return createMicroBatch<RowKey, Held | undefined>({
    maxItems: 1_000,
    inCrowds: true,
    async run(rows) {
      const tenants = [...new Set(rows.map(({ tenant }) => tenant))];
      const found = await attempt(() => redis.mget(...tenants.map(keys.stamp), ...rows.map(keys.entry)));
      if (!found) return rows.map(() => undefined);
      const stamps = new Map(tenants.map((tenant, at) => [tenant, found[at] ?? null]));
      return rows.map(({ tenant }, at) => ({
        entry: found[tenants.length + at] ?? null,
        stamp: stamps.get(tenant) ?? null,
      }));
    },
  });
}
