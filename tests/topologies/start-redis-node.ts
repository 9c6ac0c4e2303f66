import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificates } from "@longshore/shared/testing/make-certificates";
import { logFileOf, pidFileOf } from "@longshore/stack/data-dir";
import { startProcess, type ManagedProcess } from "@longshore/stack/process/start-process";
import { waitUntilReady } from "@longshore/stack/process/wait-until-ready";
import { findRedis } from "@longshore/stack/redis/find-redis";
import { connectOnce } from "./connect-once.ts";

export type RedisNode = {
  dataDir: string;
  name: string;
  /** Where it listens, and how this process gets in. */
  url: string;
  /** With them it speaks TLS, and nothing else, to clients and to other nodes. */
  certificates?: Certificates | undefined;
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
  const lines = ["bind 127.0.0.1", `dir ${home}`, "daemonize no", ...listenSettings(node), ...settings, ""];
  writeFileSync(file, lines.join("\n"));

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

function listenSettings({ url, certificates }: RedisNode): string[] {
  const { port } = new URL(url);
  if (!certificates) return [`port ${port}`];
  return [
    "port 0",
    `tls-port ${port}`,
    "tls-replication yes",
    "tls-cluster yes",
    `tls-cert-file ${certificates.cert}`,
    `tls-key-file ${certificates.key}`,
    `tls-ca-cert-file ${certificates.ca}`,
    "tls-auth-clients no",
  ];
}

async function answers(url: string): Promise<boolean> {
  try {
    await using redis = await connectOnce(url);
    return (await redis.client.ping()) === "PONG";
  } catch {
    return false;
  }
}
