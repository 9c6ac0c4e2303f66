/** A private Redis or Valkey of the machine: append-only file, never evicting, loopback only. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createDataDir, logFileOf, pidFileOf } from "../data-dir.ts";
import { findFreePort } from "../process/find-free-port.ts";
import { recoversWithinMs, type Service, type ServiceOptions } from "../process/service.ts";
import { startProcess } from "../process/start-process.ts";
import { waitUntilReady } from "../process/wait-until-ready.ts";
import { answersAs } from "./answers-as.ts";
import { findRedis } from "./find-redis.ts";

export type RedisOptions = ServiceOptions & {
  /** How often the append-only file reaches the disk. */
  appendfsync?: "everysec" | "always";
};

/** Starts Redis on a data directory and resolves when it has loaded its data and answers. */
export async function startRedis({ dataDir, port, appendfsync = "everysec", say }: RedisOptions): Promise<Service> {
  createDataDir(dataDir);
  const command = await findRedis(say);
  const home = join(dataDir, "redis");
  mkdirSync(home, { recursive: true, mode: 0o700 });

  const chosenPort = port ?? (await findFreePort());
  const settings = {
    bind: "127.0.0.1",
    port: chosenPort,
    dir: home,
    daemonize: "no",
    appendonly: "yes",
    appendfsync,
    save: "",
    "maxmemory-policy": "noeviction",
  };
  const redis = await startProcess({
    name: "redis",
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    cwd: home,
    env: { LC_ALL: "C" },
    logFile: logFileOf(dataDir, "redis"),
    pidFile: pidFileOf(dataDir, "redis"),
    stopSignal: "SIGTERM",
    graceMs: 10_000,
  });

  const url = `redis://127.0.0.1:${chosenPort}`;
  try {
    await waitUntilReady(redis, () => answersAs(redis.pid, url), { deadlineMs: recoversWithinMs });
  } catch (error) {
    await redis.stop();
    throw error;
  }
  return { ...redis, url, port: chosenPort };
}
