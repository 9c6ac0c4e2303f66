import { AppError, type FieldError } from "../errors.ts";
import { jsonPointer } from "./json-pointer.ts";
import { checkText } from "./check-text.ts";
import { createNumberSources } from "./create-number-sources.ts";

const maxDepth = 32;
const maxErrors = 100;

type Problem = Omit<FieldError, "pointer">;

/**
 * Finds what JSON can say but PostgreSQL cannot keep, or what `JSON.parse` has already changed: NUL and lone surrogates
 * in text, infinities, integers that lost digits. `text` is what `value` was parsed from. Stops at 100 findings.
 * Throws `malformed_body` for nesting deeper than 32 and for keys that reach for a prototype.
 */
export function checkJson(value: unknown, text: string): FieldError[] {
  const errors: FieldError[] = [];
  const path: (string | number)[] = [];
  const sourceOf = createNumberSources(text);
  visit(value);
  return errors;

  /** Recurses no deeper than `maxDepth`. */
  function visit(node: unknown): void {
    if (errors.length >= maxErrors) return;
    if (typeof node === "string") return report(checkText(node));
    if (typeof node === "number") return report(checkNumber(node));
    if (typeof node !== "object" || node === null) return;
    if (path.length >= maxDepth) throw malformed(`The body is nested deeper than ${maxDepth} levels`);
    if (Array.isArray(node)) visitItems(node);
    else visitFields(node as Record<string, unknown>);
  }

  function visitItems(items: readonly unknown[]): void {
    for (let index = 0; index < items.length; index += 1) {
      path.push(index);
      visit(items[index]);
      path.pop();
    }
  }

  function visitFields(fields: Readonly<Record<string, unknown>>): void {
    for (const key of Object.keys(fields)) {
      path.push(key);
      report(checkText(key));
      if (reachesForPrototype(key, fields[key])) throw malformed(`The key at ${jsonPointer(path)} is not allowed`);
      visit(fields[key]);
      path.pop();
    }
  }

  /** `6.02e23` is a float that happens to be integral; only its source tells it from an integer that was rounded. */
  function checkNumber(number: number): Problem | undefined {
    if (!Number.isFinite(number)) return { code: "number_too_large", message: "is too large for a number" };
    if (!Number.isInteger(number) || Number.isSafeInteger(number) || !/^-?\d+$/.test(sourceOf(path))) return undefined;
    return { code: "integer_too_large", message: "would be rounded beyond ±(2^53 − 1); send it as a string" };
  }

  function report(problem: Problem | undefined): void {
    if (problem) errors.push({ pointer: jsonPointer(path), ...problem });
  }
}

function reachesForPrototype(key: string, child: unknown): boolean {
  if (key === "__proto__") return true;
  return key === "constructor" && typeof child === "object" && child !== null && Object.hasOwn(child, "prototype");
}

function malformed(message: string): AppError {
  return new AppError("malformed_body", { message });
}
