import { randomInt } from "node:crypto";
import { Cluster, type Redis } from "ioredis";
import { mastersOf } from "./masters-of.ts";
import type { RedisClient } from "./redis-client.ts";

/**
 * A connection to subscribe on, made like `redis`. What is published in a cluster comes to all its nodes, so there it leads to
 * any of them, and ends when that is gone. Undefined while no node is known.
 */
export function openSubscriber(redis: RedisClient, connectionName: string): Redis | undefined {
  const settings = { connectionName, autoResubscribe: false };
  if (!(redis instanceof Cluster)) return redis.duplicate(settings);
  const nodes = mastersOf(redis);
  const node = nodes.length > 0 ? nodes[randomInt(nodes.length)] : undefined;
  return node?.duplicate({ ...settings, enableOfflineQueue: false, lazyConnect: false });
}
