import closeWithGrace from "close-with-grace";
import { createDatabase } from "@longshore/shared/db/create-database";
import { databaseOptions } from "@longshore/shared/config/environment";
import { redactConfig } from "@longshore/shared/config/redact-config";
import { createLogger } from "@longshore/shared/logger";
import { createRegistry } from "@longshore/shared/metrics/create-registry";
import { watchPools } from "@longshore/shared/metrics/watch-pools";
import { watchRedis } from "@longshore/shared/metrics/watch-redis";
import { checkRedis } from "@longshore/shared/queue/check-redis";
import { connectRedis, connectWorkerRedis } from "@longshore/shared/queue/connect-redis";
import { createProducer } from "@longshore/shared/queue/create-producer";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { startTracing } from "@longshore/shared/tracing/start-tracing";
import { sql } from "kysely";
import packageJson from "../package.json" with { type: "json" };
import { readWorkerConfig } from "./config.ts";
import { startProbes } from "./runtime/probes.ts";
import { createWorker } from "./worker.ts";

const config = readWorkerConfig(process.env);
const log = createLogger("worker", config.LOG_LEVEL);
log.info(redactConfig(config), "starting");

const onError = (error: unknown) => log.warn({ err: error }, "connection");
const registry = createRegistry({ app: "worker", version: packageJson.version });
const tracing = await startTracing({
  service: "longshore-worker",
  version: packageJson.version,
  endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
  ratio: config.OTEL_TRACES_SAMPLER_ARG,
  onError: (error) => log.warn({ err: error }, "traces"),
});
const databaseSettings = {
  ...databaseOptions(config),
  applicationName: "longshore-worker",
  onConnect: tracing.watchConnection,
  onConnectionError: onError,
};
const database = createDatabase(databaseSettings);
const jobsDatabase = createDatabase({ ...databaseSettings, max: 4, joinsByKey: true });
const connection = { url: config.REDIS_URL, name: "longshore-worker", onError };
const commands = connectRedis({ ...connection, commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS });
const blocking = connectWorkerRedis(connection);
const producer = createProducer(commands, config.NAMESPACE);

const worker = createWorker(
  {
    database,
    jobsDb: jobsDatabase.db,
    redis: blocking,
    commands,
    producer,
    board: createStatusBoard(commands, config.NAMESPACE, onError),
    log,
    registry,
    tracing,
  },
  {
    namespace: config.NAMESPACE,
    version: packageJson.version,
    importConcurrency: config.IMPORT_CONCURRENCY,
    kindConcurrency: config.KIND_CONCURRENCY,
    lockDurationMs: config.LOCK_DURATION_MS,
    maxDeliveries: config.MAX_DELIVERIES,
    drainMs: config.DRAIN_MS,
    retention: { jobsMs: config.JOB_RETENTION_MS, idempotencyKeysMs: config.IDEMPOTENCY_RETENTION_MS },
    reconciler: {
      intervalMs: config.RECONCILE_INTERVAL_MS,
      graceMs: config.RECONCILE_GRACE_MS,
      unsealedMs: config.UNSEALED_TIMEOUT_MS,
    },
    allowPrivate: config.FETCH_ALLOW_PRIVATE,
    webhookSecrets: config.WEBHOOK_SECRET,
  },
);

watchPools(registry, { handlers: database.pool, claims: jobsDatabase.pool });
watchRedis(registry, commands);

let draining = false;
const probes = await startProbes({
  port: config.PORT,
  host: config.HOST,
  registry,
  isLive: () => draining || worker.isFetching(),
  async checkReady() {
    if (draining) throw new Error("draining");
    await sql`select 1`.execute(database.db);
    await checkRedis(commands);
  },
});
log.info({ port: probes.port }, "ready");

closeWithGrace({ delay: config.SHUTDOWN_GRACE_MS, logger: false }, async ({ signal, err }) => {
  draining = true;
  if (err) {
    log.fatal({ err }, "stopping after an error");
    // What still runs then is not handed back: whichever job it was, its deliveries are counted.
    return worker.drain();
  }
  log.info({ signal }, "draining");
  await worker.close();
  await producer.close();
  commands.disconnect();
  blocking.disconnect();
  await Promise.all([database.close(), jobsDatabase.close(), probes.close(), tracing.close()]);
  log.info("stopped");
});
