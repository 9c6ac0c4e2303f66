import { parseConfig } from "@longshore/shared/config/parse-config";
import {
  bytes,
  count,
  databaseEnvironment,
  logLevel,
  milliseconds,
  outboundEnvironment,
  port,
  redisEnvironment,
} from "@longshore/shared/config/environment";
import { z } from "zod";
import type { ImportLimits } from "./services/receive-import.ts";

const mebibyte = 1024 * 1024;

const apiEnvironment = z.object({
  ...databaseEnvironment.shape,
  ...redisEnvironment.shape,
  ...outboundEnvironment.shape,
  PORT: port.default(8080),
  HOST: z.string().min(1).default("127.0.0.1"),
  LOG_LEVEL: logLevel,
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("longshore"),
  SHUTDOWN_GRACE_MS: milliseconds.default(10_000),
  IMPORT_MAX_BYTES: bytes.default(4 * 1024 * mebibyte),
  IMPORT_MAX_RECORD_BYTES: bytes.default(mebibyte),
  IMPORT_FIRST_CHUNK_BYTES: bytes.default(mebibyte / 4),
  IMPORT_CHUNK_BYTES: bytes.default(2 * mebibyte),
  IMPORT_CHUNK_ROWS: count.default(50_000),
  IMPORT_WINDOW: count.default(8),
  MAX_STREAMS: count.default(10_000),
  MAX_UPLOADS: count.default(32),
  MAX_UPLOADS_PER_TENANT: count.default(32),
  MAX_STAGED_BYTES: bytes.default(16 * 1024 * mebibyte),
  MAX_STAGED_BYTES_PER_TENANT: bytes.default(16 * 1024 * mebibyte),
});

export type ApiConfig = z.output<typeof apiEnvironment>;

/** Reads the API's environment. Throws `invalid_config` with all that is wrong. */
export function readApiConfig(env: NodeJS.ProcessEnv): Readonly<ApiConfig> {
  return parseConfig(apiEnvironment, env);
}

/** The limits on imports as the service takes them. */
export function importLimits(config: ApiConfig): ImportLimits {
  return {
    maxBytes: config.IMPORT_MAX_BYTES,
    maxRecordBytes: config.IMPORT_MAX_RECORD_BYTES,
    firstSliceBytes: config.IMPORT_FIRST_CHUNK_BYTES,
    sliceBytes: config.IMPORT_CHUNK_BYTES,
    sliceRows: config.IMPORT_CHUNK_ROWS,
    window: config.IMPORT_WINDOW,
    maxUploads: config.MAX_UPLOADS,
    maxUploadsPerTenant: config.MAX_UPLOADS_PER_TENANT,
    maxStagedBytes: config.MAX_STAGED_BYTES,
    maxStagedBytesPerTenant: config.MAX_STAGED_BYTES_PER_TENANT,
  };
}
