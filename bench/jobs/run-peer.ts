import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { startApps } from "@longshore/stack/supervisor/start-apps";
import type { BenchStack } from "../start-bench-stack.ts";
import type { PeerTask } from "./peers/count-down.ts";

/** Another system's worker in a process of its own: how many jobs a second it does. */
export async function runPeer(name: string, task: PeerTask): Promise<number> {
  using peer = startPeer(name, JSON.stringify(task));
  const { perSecond } = JSON.parse(await peer.firstLine) as { perSecond: number };
  return perSecond;
}

/** The bare API in a process of its own, until it is disposed of. */
export async function startBareApi(redisUrl: string): Promise<Disposable & { url: string }> {
  const peer = startPeer("bare-api", redisUrl);
  const { url } = JSON.parse(await peer.firstLine) as { url: string };
  return { url, [Symbol.dispose]: () => peer[Symbol.dispose]() };
}

/** Longshore's own app that only enqueues, run as the stack runs its own, until it is disposed of. */
export async function startQueueOnlyApp(stack: BenchStack): Promise<AsyncDisposable & { url: string }> {
  const { dataDir, databaseUrl, redisUrl } = stack;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const entry = "bench/jobs/peers/queue-only-app.ts";
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, HOST: "127.0.0.1", PORT: `${port}` };
  const app = await startApps([{ name: "queue-only", entry, url, dataDir, env }], { say: () => {} });
  return { url, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

function startPeer(name: string, argument: string): Disposable & { firstLine: Promise<string> } {
  const file = fileURLToPath(new URL(`peers/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, argument], { stdio: ["ignore", "pipe", "inherit"] });
  return { firstLine: readFirstLine(name, child), [Symbol.dispose]: () => void child.kill() };
}

async function readFirstLine(name: string, child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} ended without a word`);
  });
  const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
  ended.catch(() => {});
  return line;
}
