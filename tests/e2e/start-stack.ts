import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { removeDataDir } from "@longshore/stack/postgres/place-data";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { readPidFile } from "@longshore/stack/process/pid-file";
import { createScratchDataDir } from "@longshore/stack/scratch-services";
import { waitFor } from "@longshore/shared/testing/wait-for";

const root = resolve(import.meta.dirname, "../..");
const command = ["--conditions=@longshore/source", "packages/stack/src/commands/start.ts"];

export type Stack = {
  url: string;
  dataDir: string;
  /** All that the stack has said so far. */
  output(): string;
  /** The live process ids by name: `api`, `worker-1`, `redis`, … */
  pids(): Record<string, number>;
  /** Ctrl-C; resolves to the exit code. */
  stop(): Promise<number>;
  /** Removes the data directory of a stopped stack. */
  remove(): Promise<void>;
};

export type StackOptions = { dataDir?: string; env?: NodeJS.ProcessEnv };

/** Runs what `npm start` runs, in a process of its own on free ports, and waits until it invites to try it. */
export async function startStack({ dataDir = createScratchDataDir(), env = {} }: StackOptions = {}): Promise<Stack> {
  const port = await findFreePort();
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...inherited, LONGSHORE_DATA_DIR: dataDir, PORT: `${port}`, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const exited = once(child, "exit") as Promise<[number]>;
  // A test run that is cut off leaves no stack behind.
  const stopWithUs = () => child.kill("SIGTERM");
  process.once("exit", stopWithUs);
  void exited.then(() => process.off("exit", stopWithUs));

  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    "the stack to start",
    async () => {
      if (child.exitCode !== null) throw new Error(`the stack ended at once:\n${said}`);
      return said.includes("Ctrl-C stops everything");
    },
    60_000,
  ).catch((error: unknown) => {
    child.kill("SIGTERM");
    throw error;
  });

  return {
    url,
    dataDir,
    output: () => said,
    pids: () => readPids(join(dataDir, "run")),
    async stop() {
      if (child.exitCode === null) child.kill("SIGINT");
      const [code] = await exited;
      return code;
    },
    remove: async () => removeDataDir(dataDir),
  };
}

function readPids(folder: string): Record<string, number> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(".pid") ? [file.slice(0, -".pid".length)] : []));
  const pids = names.map((name) => [name, readPidFile(join(folder, `${name}.pid`))] as const);
  return Object.fromEntries(pids.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
