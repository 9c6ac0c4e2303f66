import type { Redis } from "ioredis";

/** Rejects when Redis is away, or when it may evict keys: a queue that loses entries at will is no queue. */
export async function checkRedis(redis: Redis): Promise<void> {
  const info = await redis.info("memory");
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy && policy !== "noeviction") {
    throw new Error(`Redis may evict keys (maxmemory-policy is ${policy}); set it to noeviction`);
  }
}
