import { AppError } from "@longshore/shared/errors";
import type { ErrorCode, FieldError } from "@longshore/shared/errors";
import type { z } from "zod";
import { fieldErrors } from "./field-errors.ts";
import { issueMessage } from "./issue-message.ts";

const maxErrors = 100;

const places = {
  body: { base: [], code: "validation_failed" },
  header: { base: ["header"], code: "validation_failed" },
  path: { base: ["path"], code: "not_found" },
  query: { base: ["query"], code: "validation_failed" },
} as const satisfies Record<string, { base: string[]; code: ErrorCode }>;

/**
 * Checks one part of a request against its schema and returns the parsed value. Throws `validation_failed`, or
 * `not_found` for the path, with at most 100 field errors. A pointer into another part than the body starts with its
 * name: `/query/limit`.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: keyof typeof places,
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: issueMessage, reportInput: true });
  if (parsed.success) return parsed.data;

  const { base, code } = places[place];
  throw invalid(code, fieldErrors(parsed.error.issues, base));
}

function invalid(code: ErrorCode, errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  const message = first && `${first.pointer || "The body"} ${first.message}${more}`;
  return new AppError(code, { ...(message && { message }), errors: errors.slice(0, maxErrors) });
}
