import type { z } from "zod";
import { AppError } from "../errors.ts";

/**
 * Reads a configuration out of an environment. An empty variable counts as unset.
 * Throws `invalid_config` that names every variable that is wrong, not only the first.
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data as object) as z.output<Schema>;

  const errors = parsed.error.issues.map((issue) => ({
    pointer: issue.path.join("."),
    code: issue.code ?? "invalid",
    message: issue.message,
  }));
  const lines = errors.map((error) => `  ${error.pointer}: ${error.message}`);
  throw new AppError("invalid_config", { message: `The configuration is not valid:\n${lines.join("\n")}`, errors });
}
