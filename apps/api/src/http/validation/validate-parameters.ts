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
  const errors = checkParameters(parameters, place);
  if (errors.length > 0) throw invalid(code, errors);
  return validate(schema, parameters, [place], code);
}
