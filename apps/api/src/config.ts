import { parseConfig } from "@longshore/shared/config/parse-config";
import { bytes, count, databaseEnvironment, logLevel, milliseconds, port, redisEnvironment } from "@longshore/shared/config/environment";
import { z } from "zod";

const mebibyte = 1024 * 1024;

const apiEnvironment = z.object({
  ...databaseEnvironment.shape,
  ...redisEnvironment.shape,
  PORT: port.default(8080),
  HOST: z.string().min(1).default("127.0.0.1"),
  LOG_LEVEL: logLevel,
  NAMESPACE: z.string().regex(/^[a-z0-9-]+$/).default("longshore"),
  SHUTDOWN_GRACE_MS: milliseconds.default(10_000),
  IMPORT_MAX_BYTES: bytes.default(4 * 1024 * mebibyte),
  IMPORT_MAX_RECORD_BYTES: bytes.default(mebibyte),
  IMPORT_FIRST_CHUNK_BYTES: bytes.default(mebibyte / 4),
  IMPORT_CHUNK_BYTES: bytes.default(4 * mebibyte),
  IMPORT_WINDOW: count.default(8),
});

export type ApiConfig = z.output<typeof apiEnvironment>;

/** Reads the API's environment. Throws `invalid_config` with all that is wrong. */
export function readApiConfig(env: NodeJS.ProcessEnv): Readonly<ApiConfig> {
  return parseConfig(apiEnvironment, env);
}
