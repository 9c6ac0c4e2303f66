import type { FieldError } from "../errors.ts";
import { checkText } from "./check-text.ts";
import { createNumberSources } from "./create-number-sources.ts";
import { isTooDeep, maxDepth } from "./is-too-deep.ts";
import { jsonPointer } from "./json-pointer.ts";

export const tooLarge = "is too large for a number";

/** What can be wrong with a value whatever it is for. */
export const jsonProblemCodes = [
  "nul_character",
  "lone_surrogate",
  "number_too_large",
  "integer_too_large",
  "nested_too_deep",
  "forbidden_key",
] as const;

export type JsonProblemCode = (typeof jsonProblemCodes)[number];
type JsonProblem = FieldError & { code: JsonProblemCode };

/**
 * Finds what JSON can say but PostgreSQL cannot keep, or what `JSON.parse` has already changed: NUL and lone surrogates
 * in text and keys, infinities, integers that lost digits. `textOf` answers what `value` was parsed from. Nesting deeper
 * than 32 levels and keys that reach for a prototype are findings too, and end the search, as `most` of them do.
 */
export function findJsonProblems(value: unknown, textOf: () => string, most: number): JsonProblem[] {
  const found: JsonProblem[] = [];
  const path: (string | number)[] = [];
  const sourceOf = createNumberSources(textOf);
  let over = false;
  let tooDeep: boolean | undefined;
  visit(value);
  return found;

  /** Recurses no deeper than `maxDepth`. */
  function visit(node: unknown): void {
    if (typeof node === "string") return reportText(node);
    if (typeof node === "number") return reportNumber(node);
    if (typeof node !== "object" || node === null) return;
    if (path.length >= maxDepth) return end("nested_too_deep", `is nested deeper than ${maxDepth} levels`);
    if (Array.isArray(node)) visitItems(node);
    else visitFields(node as Record<string, unknown>);
  }

  function visitItems(items: readonly unknown[]): void {
    for (let index = 0; index < items.length; index += 1) {
      path.push(index);
      visit(items[index]);
      path.pop();
      if (over) return;
    }
  }

  function visitFields(fields: Readonly<Record<string, unknown>>): void {
    for (const key of Object.keys(fields)) {
      path.push(key);
      reportText(key);
      if (reachesForPrototype(key, fields[key])) end("forbidden_key", "is a key that is not allowed");
      if (!over) visit(fields[key]);
      path.pop();
      if (over) return;
    }
  }

  function reportText(text: string): void {
    const problem = checkText(text);
    if (problem) report(problem.code, problem.message);
  }

  function reportNumber(number: number): void {
    if (!Number.isFinite(number)) return report("number_too_large", tooLarge);
    if (!Number.isInteger(number) || Number.isSafeInteger(number) || !wasWrittenAsInteger()) return;
    report("integer_too_large", "would be rounded beyond ±(2^53 − 1); send it as a string");
  }

  /** `6.02e23` is a float that happens to be integral; only its source tells it from an integer that was rounded. */
  function wasWrittenAsInteger(): boolean {
    // To look for the source would end in a stack overflow; the walk will end at the depth.
    tooDeep ??= isTooDeep(value);
    if (tooDeep) return false;
    return /^-?\d+$/.test(sourceOf(path));
  }

  function end(code: JsonProblemCode, message: string): void {
    report(code, message);
    over = true;
  }

  function report(code: JsonProblemCode, message: string): void {
    if (!over) found.push({ pointer: jsonPointer(path), code, message });
    over ||= found.length >= most;
  }
}

function reachesForPrototype(key: string, child: unknown): boolean {
  if (key === "__proto__") return true;
  return key === "constructor" && typeof child === "object" && child !== null && Object.hasOwn(child, "prototype");
}
