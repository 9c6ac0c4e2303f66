import {
  bootstrapEnvironment,
  count,
  databaseEnvironment,
  logLevel,
  milliseconds,
  outboundEnvironment,
  port,
  redisEnvironment,
  tracingEnvironment,
} from "@longshore/shared/config/environment";
import { parseConfig } from "@longshore/shared/config/parse-config";
import { contracts } from "@longshore/shared/jobs/contracts";
import { z } from "zod";

const dayMs = 24 * 60 * 60_000;
/** 0 is for ever. */
const retention = z.coerce.number().int().min(0);

/** `sleep=10,urls.fetch=4`: each a kind that there is, with its slots. */
const slotsByKind = z
  .string()
  .default("")
  .transform((text) => Object.fromEntries(text.split(",").filter(Boolean).map(readSlots)))
  .refine(
    (slots) =>
      Object.entries(slots).every(
        ([kind, number]) => Object.hasOwn(contracts, kind) && Number.isInteger(number) && number > 0,
      ),
    "must be kinds with a whole number each, such as sleep=10,urls.fetch=4",
  );

function readSlots(pair: string): [kind: string, slots: number] {
  const [kind = "", slots] = pair.split("=");
  return [kind.trim(), Number(slots)];
}

const workerEnvironment = z.object({
  ...databaseEnvironment.shape,
  ...redisEnvironment.shape,
  ...outboundEnvironment.shape,
  ...tracingEnvironment.shape,
  PORT: port.default(8081).describe("Where /livez, /readyz and /metrics are served."),
  HOST: z.string().min(1).default("127.0.0.1"),
  LOG_LEVEL: logLevel,
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("longshore"),
  IMPORT_CONCURRENCY: count.default(2),
  KIND_CONCURRENCY: slotsByKind.describe(
    "How many jobs of a kind one process runs at once, where its contract is not meant.",
  ),
  LOCK_DURATION_MS: milliseconds.default(10_000),
  MAX_DELIVERIES: count.default(10),
  RECONCILE_INTERVAL_MS: milliseconds.default(10_000),
  RECONCILE_GRACE_MS: milliseconds.default(10_000),
  UNSEALED_TIMEOUT_MS: milliseconds.default(600_000),
  JOB_RETENTION_MS: retention.default(7 * dayMs),
  IDEMPOTENCY_RETENTION_MS: retention.default(dayMs),
  DRAIN_MS: milliseconds.default(5_000).describe("How long running handlers may go on before they are handed back."),
  SHUTDOWN_GRACE_MS: milliseconds.default(10_000),
});

export type WorkerConfig = Readonly<z.output<typeof workerEnvironment>>;

/** Reads the worker's environment. Throws `invalid_config` with all that is wrong. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  return parseConfig(workerEnvironment, env);
}

/** What the migration of a deployment reads. Throws `invalid_config`. */
export function readMigrateConfig(): z.output<typeof bootstrapEnvironment> {
  return parseConfig(bootstrapEnvironment, process.env);
}

/** What the management of keys reads. Throws `invalid_config`. */
export function readKeysConfig(): z.output<typeof databaseEnvironment> {
  return parseConfig(databaseEnvironment, process.env);
}
