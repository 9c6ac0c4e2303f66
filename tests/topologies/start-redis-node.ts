import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logFileOf, pidFileOf } from "@longshore/stack/data-dir";
import { startProcess, type ManagedProcess } from "@longshore/stack/process/start-process";
import { waitUntilReady } from "@longshore/stack/process/wait-until-ready";
import { findRedis } from "@longshore/stack/redis/find-redis";
import { connectOnce } from "./connect-once.ts";

export type RedisNode = {
  dataDir: string;
  name: string;
  url: string;
  /** Lines of its configuration, after those of each node. */
  settings: readonly string[];
  program?: string;
  args?: readonly string[];
};

/** Starts a Redis, a node of a cluster or a sentinel, by a configuration of its own, and resolves when it answers. */
export async function startRedisNode(node: RedisNode): Promise<ManagedProcess> {
  const { dataDir, name, url, settings, args = [] } = node;
  const home = join(dataDir, name);
  mkdirSync(home, { recursive: true });
  for (const folder of ["logs", "run"]) mkdirSync(join(dataDir, folder), { recursive: true });
  const file = join(home, "redis.conf");
  writeFileSync(file, ["bind 127.0.0.1", `dir ${home}`, "daemonize no", ...settings, ""].join("\n"));

  const redis = await startProcess({
    name,
    command: node.program ?? (await findRedis()),
    args: [file, ...args],
    cwd: home,
    env: { LC_ALL: "C" },
    logFile: logFileOf(dataDir, name),
    pidFile: pidFileOf(dataDir, name),
    stopSignal: "SIGTERM",
    graceMs: 5_000,
  });
  try {
    await waitUntilReady(redis, () => answers(url), { deadlineMs: 30_000 });
  } catch (error) {
    await redis.stop();
    throw error;
  }
  return redis;
}

async function answers(url: string): Promise<boolean> {
  try {
    await using redis = await connectOnce(url);
    return (await redis.client.ping()) === "PONG";
  } catch {
    return false;
  }
}
