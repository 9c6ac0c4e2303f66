import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Redis } from "ioredis";
import { connectRedis, connectWorkerRedis } from "../queue/connect-redis.ts";
import { readTestConfig } from "./config.ts";

export type TestRedis = {
  /** For commands that must answer soon. */
  commands: Redis;
  /** For workers. */
  blocking: Redis;
  /** Keeps the keys of one test file apart from all others. */
  namespace: string;
  /** Forgets all that this test file has in Redis, as a lost Redis would. */
  wipe(): Promise<void>;
  close(): Promise<void>;
};

/** Connections to the tests' Redis with a namespace of their own; `close` removes its keys. */
export async function createTestRedis(): Promise<TestRedis> {
  const namespace = `test-${randomBytes(6).toString("hex")}`;
  const connection = { url: readTestConfig().REDIS_URL, name: namespace, onError: () => {} };
  // The tests' Redis is a single server.
  const commands = connectRedis({ ...connection, commandTimeoutMs: 5_000 }) as Redis;
  const blocking = connectWorkerRedis(connection) as Redis;
  for (const redis of [commands, blocking]) if (redis.status !== "ready") await once(redis, "ready");

  async function wipe(): Promise<void> {
    for (const pattern of [`{${namespace}:*`, `${namespace}:*`]) {
      for await (const keys of commands.scanStream({ match: pattern, count: 1_000 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await commands.unlink(...keys);
      }
    }
  }

  return {
    commands,
    blocking,
    namespace,
    wipe,
    async close() {
      await wipe();
      commands.disconnect();
      blocking.disconnect();
    },
  };
}
