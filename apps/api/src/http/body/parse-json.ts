import { isUtf8 } from "node:buffer";
import { AppError } from "@longshore/shared/errors";
import { checkJson } from "@longshore/shared/validation/check-json";
import { describeSyntaxError } from "./describe-syntax-error.ts";

/**
 * Parses bytes as JSON, strictly. Throws `invalid_utf8`, `malformed_body` with the place of the mistake, or
 * `validation_failed` for values that could not be kept as they were sent.
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw malformed("The body is empty");
  if (!isUtf8(bytes)) throw new AppError("invalid_utf8");

  const text = new TextDecoder().decode(bytes);
  const value = parse(text);
  const errors = checkJson(value, text);
  if (errors.length > 0)
    throw new AppError("validation_failed", { message: "The body has values that cannot be kept", errors });
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`The body is not JSON: ${describeSyntaxError(error as SyntaxError, text)}`);
  }
}

function malformed(message: string): AppError {
  return new AppError("malformed_body", { message });
}
