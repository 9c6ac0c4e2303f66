import { isUtf8 } from "node:buffer";
import { AppError, type FieldError } from "@longshore/shared/errors";
import { checkJson } from "@longshore/shared/validation/check-json";
import { describeSyntaxError } from "./describe-syntax-error.ts";

/**
 * Parses bytes as JSON, strictly. Throws `invalid_utf8`, `malformed_body` with the place of the mistake, or
 * `validation_failed` for values that could not be kept as they were sent.
 */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  const value = parse(text);
  const errors = checkJson(value, text);
  if (errors.length > 0) throw unkeepable("The body", errors);
  return value;
}

/** More mistakes than this are no list with some bad items. */
const mostErrors = 10_000;

/**
 * The same for a list whose items are judged one by one: an item with values that could not be kept is replaced by the error
 * that says so, and leaves its neighbours alone.
 */
export function parseJsonList(bytes: Buffer): unknown {
  const text = decode(bytes);
  const value = parse(text);
  const errors = checkJson(value, text, mostErrors);
  if (errors.length === 0) return value;
  if (!Array.isArray(value) || errors.length === mostErrors) throw unkeepable("The body", errors.slice(0, 100));
  for (const [index, ofItem] of Map.groupBy(errors, ({ pointer }) => pointer.split("/", 2)[1]!))
    value[Number(index)] = unkeepable(`The item ${index}`, ofItem.slice(0, 100));
  return value;
}

function decode(bytes: Buffer): string {
  if (bytes.length === 0) throw malformed("The body is empty");
  if (!isUtf8(bytes)) throw new AppError("invalid_utf8");
  const text = bytes.toString();
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`The body is not JSON: ${describeSyntaxError(error as SyntaxError, text)}`);
  }
}

function unkeepable(what: string, errors: readonly FieldError[]): AppError {
  return new AppError("validation_failed", { message: `${what} has values that cannot be kept`, errors });
}

function malformed(message: string): AppError {
  return new AppError("malformed_body", { message });
}
