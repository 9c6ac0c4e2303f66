import closeWithGrace from "close-with-grace";
import { databaseOptions } from "@longshore/shared/config/environment";
import { redactConfig } from "@longshore/shared/config/redact-config";
import { createDatabase } from "@longshore/shared/db/create-database";
import { createLogger } from "@longshore/shared/logger";
import { findExposure } from "@longshore/shared/keys/find-exposure";
import { isLoopback } from "@longshore/shared/net/is-loopback";
import { createRegistry } from "@longshore/shared/metrics/create-registry";
import { watchPools } from "@longshore/shared/metrics/watch-pools";
import { watchRedis } from "@longshore/shared/metrics/watch-redis";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { startTracing } from "@longshore/shared/tracing/start-tracing";
import packageJson from "../package.json" with { type: "json" };
import { createApp } from "./app.ts";
import { allowedHosts, importLimits, rateLimits, readApiConfig } from "./config.ts";
import { listen } from "./http/http-server.ts";
import { serveMetrics } from "./metrics/serve-metrics.ts";
import { watchConnections } from "./metrics/watch-connections.ts";

const config = readApiConfig(process.env);
const log = createLogger("api", config.LOG_LEVEL);
log.info(redactConfig(config), "starting");

const onError = (error: unknown) => log.warn({ err: error }, "connection");
const registry = createRegistry({ app: "api", version: packageJson.version });
const tracing = await startTracing({
  service: "longshore-api",
  version: packageJson.version,
  endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  ratio: config.OTEL_TRACES_SAMPLER_ARG,
  onError: (error) => log.warn({ err: error }, "traces"),
});
const database = createDatabase({
  ...databaseOptions(config),
  applicationName: "longshore-api",
  onConnect: tracing.watchConnection,
  onConnectionError: onError,
});
const redis = connectRedis({
  url: config.REDIS_URL,
  name: "longshore-api",
  commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
  onError,
});

// What cannot be known now is no reason to wait: without a key nobody is let in.
const exposure = await findExposure(database.db, config.HOST).catch(onError);
if (exposure) {
  log.fatal(exposure);
  process.exit(1);
}

/** There only if Node was started with `--expose-gc`. */
const collectGarbage = globalThis.gc && (() => globalThis.gc?.());
const shrinkHeap =
  globalThis.gc && (() => globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" }));
let draining = false;
const app = createApp(
  { db: database.db, redis, log, registry, tracing },
  {
    namespace: config.NAMESPACE,
    version: packageJson.version,
    importLimits: importLimits(config),
    rateLimits: rateLimits(config),
    auth: { servesAnyone: isLoopback(config.HOST), maxBadKeys: config.MAX_BAD_KEYS },
    allowedHosts: allowedHosts(config),
    trustProxy: config.TRUST_PROXY,
    userCache: { ttlMs: config.USER_CACHE_TTL_MS },
    maxStreams: config.MAX_STREAMS,
    collectGarbage,
    shrinkHeap,
    allowPrivate: config.FETCH_ALLOW_PRIVATE,
    canSign: config.WEBHOOK_SECRET.length > 0,
    isDraining: () => draining,
  },
);
// What starting took is not needed again, and would stay beside what the first uploads take.
shrinkHeap?.();
const server = await listen(app.express, {
  host: config.HOST,
  port: config.PORT,
  log,
  maxConnections: config.MAX_CONNECTIONS,
});
watchPools(registry, { api: database.pool });
watchRedis(registry, redis);
watchConnections(registry, server.server);
const metrics =
  config.METRICS_PORT === ""
    ? undefined
    : await serveMetrics(registry, { host: config.HOST, port: config.METRICS_PORT });
log.info({ host: config.HOST, port: server.port, metricsPort: metrics?.port }, "ready");

closeWithGrace({ delay: config.SHUTDOWN_GRACE_MS, logger: false }, async ({ signal, err }) => {
  if (err) log.fatal({ err }, "stopping after an error");
  else log.info({ signal }, "draining");
  draining = true;
  app.leave();
  await server.close();
  await app.close();
  redis.disconnect();
  await Promise.all([database.close(), metrics?.close(), tracing.close()]);
  log.info("stopped");
});
