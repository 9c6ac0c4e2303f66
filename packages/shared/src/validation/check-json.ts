import { AppError, type FieldError } from "../errors.ts";
import { findJsonProblems } from "./find-json-problems.ts";

const maxErrors = 100;

/**
 * Finds the values in a body that could not be kept as they were sent, 100 at most unless told. `text` is what `value` was parsed from.
 * Throws `malformed_body` for nesting deeper than 32 and for keys that reach for a prototype.
 */
export function checkJson(value: unknown, text: string, most = maxErrors): FieldError[] {
  const problems = findJsonProblems(value, () => text, most);
  const last = problems.at(-1);
  if (last?.code === "nested_too_deep") throw malformed(`The body ${last.message}`);
  if (last?.code === "forbidden_key") throw malformed(`The key at ${last.pointer} is not allowed`);
  return problems;
}

function malformed(message: string): AppError {
  return new AppError("malformed_body", { message });
}
