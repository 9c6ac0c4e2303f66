import { once } from "node:events";
import { readFileSync } from "node:fs";
import { kill } from "node:process";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { logFileOf } from "@longshore/stack/data-dir";
import { privateUrl } from "@longshore/stack/postgres/private-url";
import { readPorts } from "@longshore/stack/supervisor/read-ports";
import { isAlive, startStack, type Stack } from "../e2e/start-stack.ts";

/** Small chunks, so that an import takes many; short waits, so that what must be noticed is noticed soon. */
const quick = {
  LONGSHORE_DEMO: "0",
  WORKERS: "3",
  IMPORT_FIRST_CHUNK_BYTES: "32768",
  IMPORT_CHUNK_BYTES: "65536",
  IMPORT_CONCURRENCY: "1",
  LOCK_DURATION_MS: "2000",
  RECONCILE_INTERVAL_MS: "500",
  RECONCILE_GRACE_MS: "500",
  UNSEALED_TIMEOUT_MS: "3000",
  DATABASE_LOCK_TIMEOUT_MS: "1000",
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: "3000",
};

export type FaultStack = AsyncDisposable &
  Pick<Stack, "url" | "output"> & {
    database: DatabaseHandle;
    databaseUrl: string;
    redis: ReturnType<typeof connectRedis>;
    /** The process of that name, as it is now. */
    pid(name: string): number;
    /** The processes of all workers. */
    workers(): number[];
    /** Those of the API and the workers: the same as before if none of them has ended. */
    apps(): number[];
    /** Where that process serves. */
    urlOf(name: string): string;
    /** All lines of the log of that process, and of those before it in its place. */
    readLog(name: string): string[];
    /** Resolves when the supervisor has put another process in the place of this one. */
    replaced(name: string, former: number): Promise<void>;
    /** `kill -9`; resolves when each is replaced. */
    killAndReplace(...names: string[]): Promise<void>;
  };

export type Services = { databaseUrl: string; redisUrl: string };

/**
 * A stack of its own to be harmed: what `npm start` runs, with its own PostgreSQL and Redis, and three workers. `services` are
 * those that the apps are told to reach by another way.
 */
export async function startFaultStack(env: NodeJS.ProcessEnv = {}, services?: Services): Promise<FaultStack> {
  const stack = await startStack({ env: { ...quick, ...env } });
  const { databaseUrl, redisUrl } = services ?? privateServices(stack.dataDir);
  const database = createDatabase({
    url: databaseUrl,
    applicationName: "longshore-oracle",
    statementTimeoutMs: 60_000,
  });
  const redis = connectRedis({
    url: redisUrl,
    name: "longshore-oracle",
    commandTimeoutMs: 5_000,
    onError: () => {},
  });
  if (redis.status !== "ready") await once(redis, "ready");

  function pid(name: string): number {
    const found = stack.pids()[name];
    if (!found) throw new Error(`There is no process ${name} now`);
    return found;
  }

  const workers = () => Object.entries(stack.pids()).flatMap(([name, id]) => (name.startsWith("worker-") ? [id] : []));

  async function replaced(name: string, former: number): Promise<void> {
    await waitFor(`another ${name}`, async () => {
      const now = stack.pids()[name];
      return now !== undefined && now !== former && isAlive(now);
    });
  }

  return {
    url: stack.url,
    output: stack.output,
    database,
    databaseUrl,
    redis,
    pid,
    workers,
    apps: () => [pid("api"), ...workers()],
    urlOf: (name) => new RegExp(`^${name} +(http\\S+),`, "m").exec(stack.output())![1]!,
    readLog: (name) => readFileSync(logFileOf(stack.dataDir, name), "utf8").split("\n"),
    replaced,
    async killAndReplace(...names) {
      const former = names.map((name) => [name, pid(name)] as const);
      for (const [, id] of former) kill(id, "SIGKILL");
      await Promise.all(former.map(([name, id]) => replaced(name, id)));
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await database.close();
      await stack.stop();
      await stack.remove();
    },
  };
}

function privateServices(dataDir: string): Services {
  const { postgres, redis } = readPorts(dataDir)!;
  return { databaseUrl: privateUrl(dataDir, postgres), redisUrl: `redis://127.0.0.1:${redis}` };
}
