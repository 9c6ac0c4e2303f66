import type { z } from "zod";
import { invalid, validate } from "@longshore/shared/validation/validate";
import { checkParameters } from "./check-parameters.ts";

/**
 * Checks the parameters of a request. Throws `validation_failed`, or `not_found` for those in the path, with pointers
 * that start with the place: `/query/limit`.
 */
export function validateParameters<Schema extends z.ZodObject>(
  schema: Schema,
  parameters: object,
  place: "header" | "path" | "query",
): z.output<Schema> {
  const code = place === "path" ? "not_found" : "validation_failed";
  // Nobody reads a header that is not declared, and every request has some.
  const read = place === "header" ? pick(parameters, Object.keys(schema.shape)) : parameters;
  const errors = checkParameters(read, place);
  if (errors.length > 0) throw invalid(code, errors);
  return validate(schema, read, [place], code);
}

function pick(from: object, names: readonly string[]): object {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const value = (from as Record<string, unknown>)[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
