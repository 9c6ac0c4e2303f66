import { z } from "zod";
import { parseConfig } from "../config/parse-config.ts";

const testEnvironment = z.object({
  DATABASE_URL: z.url({ error: "is not set: run the tests with `npm test`, which starts PostgreSQL" }),
  REDIS_URL: z.url({ error: "is not set: run the tests with `npm test`, which starts Redis" }),
});

/** The servers that `npm test` started for the tests. */
export function readTestConfig() {
  return parseConfig(testEnvironment, process.env);
}
