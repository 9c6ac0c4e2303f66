import type { z } from "zod";
import { AppError, type ErrorCode, type FieldError } from "../errors.ts";
import { fieldErrors } from "./field-errors.ts";
import { issueMessage } from "./issue-message.ts";

const maxErrors = 100;

/** How zod is asked, so that `fieldErrors` can say what is wrong in our words. */
export const inOurWords = { error: issueMessage, reportInput: true } as const;

/**
 * Checks a value against its schema and returns the parsed one. Throws `code` with at most 100 errors, whose pointers start
 * at `base`: nothing for a whole body, `["query"]` for a query.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  base: readonly string[] = [],
  code: ErrorCode = "validation_failed",
): z.output<Schema> {
  const parsed = schema.safeParse(value, inOurWords);
  if (parsed.success) return parsed.data;
  throw invalid(code, fieldErrors(parsed.error.issues, base));
}

/** An error that names the first of what is wrong, and lists all of it. */
export function invalid(code: ErrorCode, errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  const message = first && `${first.pointer || "The body"} ${first.message}${more}`;
  return new AppError(code, { ...(message && { message }), errors: errors.slice(0, maxErrors) });
}
