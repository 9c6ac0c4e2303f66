import closeWithGrace from "close-with-grace";
import { databaseOptions } from "@longshore/shared/config/environment";
import { redactConfig } from "@longshore/shared/config/redact-config";
import { createDatabase } from "@longshore/shared/db/create-database";
import { createLogger } from "@longshore/shared/logger";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import packageJson from "../package.json" with { type: "json" };
import { createApp } from "./app.ts";
import { importLimits, readApiConfig } from "./config.ts";
import { listen } from "./http/http-server.ts";

const config = readApiConfig(process.env);
const log = createLogger("api", config.LOG_LEVEL);
log.info(redactConfig(config), "starting");

const onError = (error: unknown) => log.warn({ err: error }, "connection");
const database = createDatabase({
  ...databaseOptions(config),
  applicationName: "longshore-api",
  onConnectionError: onError,
});
const redis = connectRedis({
  url: config.REDIS_URL,
  name: "longshore-api",
  commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
  onError,
});

/** There only if Node was started with `--expose-gc`. */
const collectGarbage = () => {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
};
let draining = false;
const app = createApp(
  { db: database.db, redis, log },
  {
    namespace: config.NAMESPACE,
    version: packageJson.version,
    importLimits: importLimits(config),
    maxStreams: config.MAX_STREAMS,
    collectGarbage,
    allowPrivate: config.FETCH_ALLOW_PRIVATE,
    canSign: config.WEBHOOK_SECRET.length > 0,
    isDraining: () => draining,
  },
);
// What starting took is not needed again, and would stay beside what the first uploads take.
collectGarbage();
const server = await listen(app.express, { host: config.HOST, port: config.PORT });
log.info({ host: config.HOST, port: server.port }, "ready");

closeWithGrace({ delay: config.SHUTDOWN_GRACE_MS, logger: false }, async ({ signal, err }) => {
  if (err) log.fatal({ err }, "stopping after an error");
  else log.info({ signal }, "draining");
  draining = true;
  app.leave();
  await server.close();
  await app.close();
  redis.disconnect();
  await database.close();
  log.info("stopped");
});
