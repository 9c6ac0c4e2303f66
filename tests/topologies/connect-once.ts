import { once } from "node:events";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import type { RedisClient } from "@longshore/shared/queue/redis-client";

/** A connection that is there; disposal ends it. */
export async function connectOnce(url: string): Promise<AsyncDisposable & { client: RedisClient }> {
  const client = connectRedis({ url, name: "topologies", commandTimeoutMs: 5_000, onError: () => {} });
  try {
    if (client.status !== "ready") await once(client, "ready", { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
}
