/**
 * The local stack: PostgreSQL and Redis unless they are given, the API and the workers, each replaced when it crashes,
 * the apps also when they do not answer any more. What was started first is stopped last.
 */
import { findExposure } from "@longshore/shared/keys/find-exposure";
import { migrateToLatest } from "@longshore/shared/db/migrate";
import type { StackConfig } from "../config.ts";
import { findFreePort } from "../process/find-free-port.ts";
import type { Say } from "../terminal/say.ts";
import { requireFreePort, urlOf } from "./api-address.ts";
import { useDatabase } from "../use-database.ts";
import { readWebhookSecret } from "./read-webhook-secret.ts";
import type { AppSpec } from "./start-app.ts";
import { startApps } from "./start-apps.ts";
import { startServices } from "./start-services.ts";

export type Stack = AsyncDisposable & { apiUrl: string; databaseUrl: string; redisUrl: string };

export type StackOptions = {
  say: Say;
  signal?: AbortSignal | undefined;
  /** Settings of the apps, beside their defaults. */
  settings?: Readonly<Record<string, string>>;
};

/** Starts everything on a data directory that is taken, and resolves when all is ready; disposal drains and stops it. */
export async function startStack(config: StackConfig, { say, signal, settings }: StackOptions): Promise<Stack> {
  const dataDir = config.LONGSHORE_DATA_DIR;
  await using cleanup = new AsyncDisposableStack();
  const port = await requireFreePort(config);

  const services = cleanup.use(await startServices(config, say));
  signal?.throwIfAborted();
  await migrate(services.databaseUrl, say);
  const exposure = await useDatabase(services.databaseUrl, (db) => findExposure(db, config.HOST));
  if (exposure) throw new Error(exposure);
  signal?.throwIfAborted();

  const env = {
    ...settings,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    WEBHOOK_SECRET: config.WEBHOOK_SECRET ?? readWebhookSecret(dataDir),
  };
  // As in the Dockerfile: what an upload took is given back to the system at once, and what starting took before the first one.
  const api: AppSpec = {
    name: "api",
    entry: "apps/api/src/main.ts",
    url: urlOf(config.HOST, port),
    dataDir,
    env: { ...env, HOST: config.HOST, PORT: String(port), MALLOC_TRIM_THRESHOLD_: "131072", MALLOC_ARENA_MAX: "2" },
    flags: ["--expose-gc"],
  };
  const workers = Array.from({ length: config.WORKERS }, (_, index) => workerSpec(index + 1, dataDir, env));
  cleanup.use(await startApps([api, ...(await Promise.all(workers))], { say, signal }));

  const owned = cleanup.move();
  const { databaseUrl, redisUrl } = services;
  return { apiUrl: api.url, databaseUrl, redisUrl, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function migrate(databaseUrl: string, say: Say): Promise<void> {
  try {
    const names = await migrateToLatest(databaseUrl);
    if (names.length > 0) say(`migrated   ${names.join(", ")}`);
  } catch (cause) {
    const { host, pathname } = new URL(databaseUrl);
    throw new Error(`The database ${host}${pathname} could not be migrated: ${String(cause)}`, { cause });
  }
}

/** Workers serve their probes alone, on a private port of this machine. */
async function workerSpec(number: number, dataDir: string, env: NodeJS.ProcessEnv): Promise<AppSpec> {
  const port = await findFreePort();
  return {
    name: `worker-${number}`,
    entry: "apps/worker/src/main.ts",
    url: urlOf("127.0.0.1", port),
    dataDir,
    env: { ...env, HOST: "127.0.0.1", PORT: String(port) },
    // As in the Dockerfile: the rows of a chunk outlive a young generation of any size, and a small one leaves less behind.
    flags: ["--max-semi-space-size=16"],
  };
}
