import { AppError } from "@longshore/shared/errors";
import type { ErrorCode, FieldError } from "@longshore/shared/errors";
import type { z } from "zod";
import { checkParameters } from "./check-parameters.ts";
import { fieldErrors } from "./field-errors.ts";
import { issueMessage } from "./issue-message.ts";

const maxErrors = 100;

/** Checks a body against its schema and returns the parsed value. Throws `validation_failed` with at most 100 errors. */
export function validateBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return validate(schema, body, [], "validation_failed");
}

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

function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  base: string[],
  code: ErrorCode,
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: issueMessage, reportInput: true });
  if (parsed.success) return parsed.data;
  throw invalid(code, fieldErrors(parsed.error.issues, base));
}

function invalid(code: ErrorCode, errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  const message = first && `${first.pointer || "The body"} ${first.message}${more}`;
  return new AppError(code, { ...(message && { message }), errors: errors.slice(0, maxErrors) });
}
