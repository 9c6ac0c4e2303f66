import {
  count,
  databaseEnvironment,
  logLevel,
  milliseconds,
  port,
  redisEnvironment,
} from "@longshore/shared/config/environment";
import { parseConfig } from "@longshore/shared/config/parse-config";
import { z } from "zod";

const workerEnvironment = z.object({
  ...databaseEnvironment.shape,
  ...redisEnvironment.shape,
  PORT: port.default(8081).describe("Where /livez and /readyz are served."),
  HOST: z.string().min(1).default("127.0.0.1"),
  LOG_LEVEL: logLevel,
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("longshore"),
  IMPORT_CONCURRENCY: count.default(2),
  LOCK_DURATION_MS: milliseconds.default(10_000),
  MAX_DELIVERIES: count.default(10),
  RECONCILE_INTERVAL_MS: milliseconds.default(10_000),
  RECONCILE_GRACE_MS: milliseconds.default(10_000),
  UNSEALED_TIMEOUT_MS: milliseconds.default(600_000),
  DRAIN_MS: milliseconds.default(5_000).describe("How long running handlers may go on before they are handed back."),
  SHUTDOWN_GRACE_MS: milliseconds.default(10_000),
});

export type WorkerConfig = Readonly<z.output<typeof workerEnvironment>>;

/** Reads the worker's environment. Throws `invalid_config` with all that is wrong. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  return parseConfig(workerEnvironment, env);
}
