import { pino, type Logger } from "pino";
import type { Db } from "@longshore/shared/db/create-database";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import packageJson from "../package.json" with { type: "json" };
import { createApp, type AppOptions } from "../src/app.ts";
import type { RateLimits } from "../src/http/limits/limit-rate.ts";
import type { ImportLimits } from "../src/services/receive-import.ts";
import { listen } from "../src/http/http-server.ts";

const importLimits: ImportLimits = {
  maxBytes: 100_000,
  maxRecordBytes: 1_000,
  firstSliceBytes: 500,
  sliceBytes: 500,
  sliceRows: 1_000,
  window: 2,
  maxUploads: 100,
  maxUploadsPerTenant: 100,
  maxStagedBytes: 1e9,
  maxStagedBytesPerTenant: 1e9,
};

export type TestApi = { url: string; database: TestDatabase; redis: TestRedis; close(): Promise<void> };

/** The API on a free port over a database and a Redis namespace of its own, with small limits. */
export async function startApi(
  options: {
    db?: (url: string) => Promise<Db>;
    redis?: RedisClient;
    namespace?: string;
    importLimits?: Partial<ImportLimits>;
    rateLimits?: Partial<RateLimits>;
    log?: Logger;
    userCache?: Partial<AppOptions["userCache"]>;
    maxStreams?: number;
    allowPrivate?: string[];
    canSign?: boolean;
    auth?: Partial<AppOptions["auth"]>;
    allowedHosts?: string[];
    trustProxy?: number;
  } = {},
): Promise<TestApi> {
  const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const log = options.log ?? pino({ level: "silent" });
  const app = createApp(
    {
      db: (await options.db?.(database.url)) ?? database.db,
      redis: options.redis ?? redis.commands,
      log,
    },
    {
      namespace: options.namespace ?? redis.namespace,
      version: packageJson.version,
      userCache: { ttlMs: 60_000, ...options.userCache },
      maxStreams: options.maxStreams ?? 1_000,
      importLimits: { ...importLimits, ...options.importLimits },
      rateLimits: { points: 0, addressPoints: 0, windowMs: 60_000, ...options.rateLimits },
      allowPrivate: options.allowPrivate ?? [],
      canSign: options.canSign ?? true,
      auth: { servesAnyone: true, maxBadKeys: 1_000, ...options.auth },
      allowedHosts: options.allowedHosts ?? [],
      trustProxy: options.trustProxy ?? 0,
      isDraining: () => false,
    },
  );
  const server = await listen(app.express, { host: "127.0.0.1", port: 0, log, maxConnections: 1_000 });
  return {
    url: `http://127.0.0.1:${server.port}`,
    database,
    redis,
    async close() {
      app.leave();
      await server.close();
      await app.close();
      await Promise.all([database.close(), redis.close()]);
    },
  };
}
