import { isIPv6 } from "node:net";
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
  tracingEnvironment,
} from "@longshore/shared/config/environment";
import { isLoopback } from "@longshore/shared/net/is-loopback";
import { z } from "zod";
import { isHostPattern } from "./http/hosts/is-host-pattern.ts";
import { isTrustedProxy } from "./http/hosts/is-trusted-proxy.ts";
import type { RateLimits } from "./http/limits/limit-rate.ts";
import type { ImportLimits } from "./services/receive-import.ts";

const mebibyte = 1024 * 1024;

/** 0 for no limit. */
const points = z.coerce.number().int().min(0);

const hosts = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .refine((names) => names.every(isHostPattern), "must be names such as api.example.com or *.example.com");

/** A number of proxies, or where they are. */
const proxies = z
  .string()
  .default("0")
  .transform((text) => (/^\d+$/.test(text) ? Number(text) : text.split(/[\s,]+/).filter(Boolean)))
  .refine(
    (value) => typeof value === "number" || value.every(isTrustedProxy),
    "must be a number of proxies, or addresses and ranges such as 10.1.0.0/16",
  );

const apiEnvironment = z.object({
  ...databaseEnvironment.shape,
  ...redisEnvironment.shape,
  ...outboundEnvironment.shape,
  ...tracingEnvironment.shape,
  PORT: port.default(8080),
  HOST: z.string().min(1).default("127.0.0.1"),
  METRICS_PORT: z
    .literal("")
    .or(port)
    .default("")
    .describe("Where /metrics is served without a key, beside the API's own port."),
  LOG_LEVEL: logLevel,
  ALLOWED_HOSTS: hosts,
  TRUST_PROXY: proxies,
  MAX_BAD_KEYS: count.default(30),
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
  MAX_CONNECTIONS: count.default(12_000),
  MAX_STREAMS: count.default(10_000),
  RATE_LIMIT_POINTS: points.default(60_000),
  RATE_LIMIT_ADDRESS_POINTS: points.default(0),
  RATE_LIMIT_WINDOW_MS: milliseconds.multipleOf(1_000).default(60_000),
  USER_CACHE_TTL_MS: z.coerce.number().int().min(0).default(60_000),
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

/** The names under which the API answers: on loopback only its own, unless others are given. */
export function allowedHosts({ ALLOWED_HOSTS, HOST }: ApiConfig): readonly string[] {
  if (ALLOWED_HOSTS.length > 0 || !isLoopback(HOST)) return ALLOWED_HOSTS;
  return [...new Set(["localhost", "127.0.0.1", "[::1]", isIPv6(HOST) ? `[${HOST}]` : HOST])];
}

/** The limits of rates as the guard takes them. */
export function rateLimits(config: ApiConfig): RateLimits {
  return {
    points: config.RATE_LIMIT_POINTS,
    addressPoints: config.RATE_LIMIT_ADDRESS_POINTS,
    windowMs: config.RATE_LIMIT_WINDOW_MS,
  };
}
