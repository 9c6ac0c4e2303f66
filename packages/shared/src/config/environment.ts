import ipaddr from "ipaddr.js";
import { z } from "zod";
import { parseKey } from "../keys/parse-key.ts";
import { parseRedisUrl } from "./parse-redis-url.ts";

/** The variables that the API and the worker share; each app extends them in its own `config.ts`. */
export const port = z.coerce.number().int().min(0).max(65_535);
export const count = z.coerce.number().int().min(1);
export const milliseconds = z.coerce.number().int().min(1);
export const bytes = z.coerce.number().int().min(1);

export const logLevel = z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info");

export const databaseEnvironment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" }),
  DATABASE_POOL_MIN: z.coerce.number().int().min(0).default(0),
  DATABASE_POOL_MAX: count.default(10),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds.default(2_000),
  DATABASE_IDLE_TIMEOUT_MS: milliseconds.default(30_000),
  DATABASE_MAX_LIFETIME_MS: milliseconds.default(30 * 60_000),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds.default(30_000),
  DATABASE_LOCK_TIMEOUT_MS: milliseconds.default(5_000),
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS: milliseconds.default(30_000),
});

export const redisEnvironment = z.object({
  REDIS_URL: z
    .string()
    .refine(
      (url) => parseRedisUrl(url) !== undefined,
      "must be a redis://, redis+sentinel:// or redis+cluster:// URL, or one of rediss",
    ),
  REDIS_COMMAND_TIMEOUT_MS: milliseconds.default(1_000),
});

/** Named as OpenTelemetry names them; it reads the rest of its variables itself. */
export const tracingEnvironment = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .literal("")
    .or(z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" }))
    .default("")
    .describe("Where traces are sent, by OTLP over HTTP; nowhere unless given."),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Which part of the traces that begin here is recorded."),
});

const cidrRanges = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .refine((ranges) => ranges.every((range) => ipaddr.isValidCIDR(range)), "must be ranges such as 10.1.0.0/16");

const webhookSecrets = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .refine((secrets) => secrets.every(isWebhookSecret), "must be whsec_ and 24 to 64 bytes in base64");

/** As https://www.standardwebhooks.com defines it. */
function isWebhookSecret(text: string): boolean {
  const [, encoded = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(encoded, "base64");
  return length >= 24 && length <= 64;
}

/** What concerns URLs that clients choose. */
export const outboundEnvironment = z.object({
  FETCH_ALLOW_PRIVATE: cidrRanges.describe("Which addresses may be called although they are not public."),
  WEBHOOK_SECRET: webhookSecrets.describe("What webhooks are signed with; several while one replaces another."),
});

/** What is needed before anything else is there. */
export const bootstrapEnvironment = z.object({
  DATABASE_URL: databaseEnvironment.shape.DATABASE_URL,
  BOOTSTRAP_API_KEY: z
    .string()
    .transform((text) => parseKey(text) ?? null)
    .refine((key) => key !== null, "must be lsk_, 8 to 32 of a-z and 0-9, _, and 43 or more of A-Z, a-z, 0-9, - and _")
    .optional()
    .describe("The first key, with all scopes."),
});

/** The pool's settings as `createDatabase` takes them. */
export function databaseOptions(config: z.output<typeof databaseEnvironment>) {
  return {
    url: config.DATABASE_URL,
    min: config.DATABASE_POOL_MIN,
    max: config.DATABASE_POOL_MAX,
    connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: config.DATABASE_IDLE_TIMEOUT_MS,
    maxLifetimeMs: config.DATABASE_MAX_LIFETIME_MS,
    statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: config.DATABASE_LOCK_TIMEOUT_MS,
    idleInTransactionTimeoutMs: config.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS,
  };
}
