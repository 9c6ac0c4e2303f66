import { resolve } from "node:path";
import { databaseEnvironment, port, redisEnvironment } from "@longshore/shared/config/environment";
import { parseConfig } from "@longshore/shared/config/parse-config";
import { z } from "zod";

const stackEnvironment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: port.default(8080),
  WORKERS: z.coerce.number().int().min(0).max(64).default(2),
  DATABASE_URL: databaseEnvironment.shape.DATABASE_URL.optional(),
  REDIS_URL: redisEnvironment.shape.REDIS_URL.optional(),
  WEBHOOK_SECRET: z.string().optional(),
  LONGSHORE_DATA_DIR: z.string().default(".longshore"),
  LONGSHORE_DEMO: z.stringbool().default(true),
});

export type StackConfig = Readonly<z.output<typeof stackEnvironment>>;

/** The checkout: the stack runs the sources of the apps beside it. */
export const projectRoot = resolve(import.meta.dirname, "../../..");

/** What `npm start` reads from the environment; throws `invalid_config`. */
export function readStackConfig(): StackConfig {
  const config = parseConfig(stackEnvironment, process.env);
  return { ...config, LONGSHORE_DATA_DIR: resolve(projectRoot, config.LONGSHORE_DATA_DIR) };
}

/** This process's environment for a child, with some of it replaced; `undefined` takes a variable away. */
export function environmentWith(overrides: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...overrides };
}

export function searchPath(): string {
  return process.env.PATH ?? "";
}
