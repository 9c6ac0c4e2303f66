import closeWithGrace from "close-with-grace";
import { createDatabase } from "@longshore/shared/db/create-database";
import { databaseOptions } from "@longshore/shared/config/environment";
import { redactConfig } from "@longshore/shared/config/redact-config";
import { createLogger } from "@longshore/shared/logger";
import { checkRedis } from "@longshore/shared/queue/check-redis";
import { connectRedis, connectWorkerRedis } from "@longshore/shared/queue/connect-redis";
import { createProducer } from "@longshore/shared/queue/create-producer";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { sql } from "kysely";
import { readWorkerConfig } from "./config.ts";
import { startProbes } from "./runtime/probes.ts";
import { createWorker } from "./worker.ts";

const config = readWorkerConfig(process.env);
const log = createLogger("worker", config.LOG_LEVEL);
log.info(redactConfig(config), "starting");

const onError = (error: unknown) => log.warn({ err: error }, "connection");
const database = createDatabase({
  ...databaseOptions(config),
  applicationName: "longshore-worker",
  onConnectionError: onError,
});
const connection = { url: config.REDIS_URL, name: "longshore-worker", onError };
const commands = connectRedis({ ...connection, commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS });
const blocking = connectWorkerRedis(connection);
const producer = createProducer(commands, config.NAMESPACE);

const worker = createWorker(
  { database, redis: blocking, producer, board: createStatusBoard(commands, config.NAMESPACE, onError), log },
  {
    namespace: config.NAMESPACE,
    importConcurrency: config.IMPORT_CONCURRENCY,
    lockDurationMs: config.LOCK_DURATION_MS,
    maxDeliveries: config.MAX_DELIVERIES,
    drainMs: config.DRAIN_MS,
    reconciler: {
      intervalMs: config.RECONCILE_INTERVAL_MS,
      graceMs: config.RECONCILE_GRACE_MS,
      unsealedMs: config.UNSEALED_TIMEOUT_MS,
    },
  },
);

let draining = false;
const probes = await startProbes({
  port: config.PORT,
  host: config.HOST,
  isLive: () => draining || worker.isFetching(),
  async checkReady() {
    if (draining) throw new Error("draining");
    await sql`select 1`.execute(database.db);
    await checkRedis(commands);
  },
});
log.info({ port: probes.port }, "ready");

closeWithGrace({ delay: config.SHUTDOWN_GRACE_MS, logger: false }, async ({ signal, err }) => {
  if (err) log.fatal({ err }, "stopping after an error");
  else log.info({ signal }, "draining");
  draining = true;
  await worker.close();
  await producer.close();
  commands.disconnect();
  blocking.disconnect();
  await Promise.all([database.close(), probes.close()]);
  log.info("stopped");
});
