import { mastersOf } from "./masters-of.ts";
import type { RedisClient } from "./redis-client.ts";

/** Rejects when Redis is away, or when it may evict keys: a queue that loses entries at will is no queue. */
export async function checkRedis(redis: RedisClient): Promise<void> {
  const masters = mastersOf(redis);
  if (masters.length === 0) throw new Error("No node of the Redis Cluster is there");
  for (const info of await Promise.all(masters.map((master) => master.info("memory")))) {
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    if (policy && policy !== "noeviction") {
      throw new Error(`Redis may evict keys (maxmemory-policy is ${policy}); set it to noeviction`);
    }
  }
}
