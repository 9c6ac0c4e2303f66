import { Cluster, type Redis } from "ioredis";
import type { RedisClient } from "./redis-client.ts";

/** The servers that hold the keys: one, or those of a cluster. */
export function mastersOf(redis: RedisClient): Redis[] {
  return redis instanceof Cluster ? redis.nodes("master") : [redis];
}
