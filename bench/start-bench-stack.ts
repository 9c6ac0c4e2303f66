import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { removeDataDir } from "@longshore/stack/postgres/place-data";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { createScratchDataDir } from "@longshore/stack/scratch-services";
import { startStack } from "@longshore/stack/supervisor/start-stack";
import { takeDataDir } from "@longshore/stack/supervisor/take-data-dir";

export type BenchStack = AsyncDisposable & {
  dataDir: string;
  apiUrl: string;
  databaseUrl: string;
  redisUrl: string;
  /** The process ids of the API and the workers, by name. */
  pids(): Record<string, number>;
};

export type BenchStackOptions = {
  workers: number;
  /** Settings of the apps, beside their defaults. */
  settings?: Readonly<Record<string, string>>;
};

/** PostgreSQL, Redis, the API and workers as processes of their own, empty; disposal removes everything. */
export async function startBenchStack({ workers, settings = {} }: BenchStackOptions): Promise<BenchStack> {
  const dataDir = createScratchDataDir();
  const claim = await takeDataDir(dataDir, { say: () => {}, signal: new AbortController().signal });
  const config = {
    HOST: "127.0.0.1",
    PORT: await findFreePort(),
    WORKERS: workers,
    LONGSHORE_DATA_DIR: dataDir,
    LONGSHORE_DEMO: false,
  };
  const stack = await startStack(config, { say: () => {}, settings });
  return {
    ...stack,
    dataDir,
    pids() {
      const files = readdirSync(join(dataDir, "run")).filter((file) => /^(api|worker-\d+)\.pid$/.test(file));
      return Object.fromEntries(
        files.map((file) => [file.slice(0, -4), Number(readFileSync(join(dataDir, "run", file), "utf8"))]),
      );
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      claim[Symbol.dispose]();
      removeDataDir(dataDir);
    },
  };
}
