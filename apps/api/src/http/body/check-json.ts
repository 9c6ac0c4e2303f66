import { AppError, type FieldError } from "@longshore/shared/errors";
import { checkText } from "./check-text.ts";
import { jsonPointer } from "../validation/json-pointer.ts";

const maxDepth = 32;
const maxErrors = 100;

type Path = readonly (string | number)[];
type Find = { path: Path; code: string; message: string };

/**
 * Finds what JSON can say but PostgreSQL cannot keep, or what `JSON.parse` has already changed: NUL and lone surrogates
 * in text, infinities, integers that lost digits. `text` is what `value` was parsed from.
 * Throws `malformed_body` for nesting deeper than 32 and for keys that reach for a prototype.
 */
export function checkJson(value: unknown, text: string): FieldError[] {
  const finds: Find[] = [];
  const path: (string | number)[] = [];
  visit(value);
  return withoutFloats(finds, text).map(({ path, code, message }) => ({ pointer: jsonPointer(path), code, message }));

  /** Recurses no deeper than `maxDepth`. */
  function visit(node: unknown): void {
    if (finds.length >= maxErrors) return;
    if (typeof node === "string") return report(checkText(node));
    if (typeof node === "number") return report(numberProblem(node));
    if (typeof node !== "object" || node === null) return;
    if (path.length >= maxDepth) throw malformed(`The body is nested deeper than ${maxDepth} levels`);
    if (Array.isArray(node)) return node.forEach((child, index) => enter(index, child));
    for (const [key, child] of Object.entries(node)) enter(key, child);
  }

  function enter(key: string | number, child: unknown): void {
    path.push(key);
    if (typeof key === "string") {
      report(checkText(key));
      if (reachesForPrototype(key, child)) throw malformed(`The key at ${jsonPointer(path)} is not allowed`);
    }
    visit(child);
    path.pop();
  }

  function report(problem: Omit<Find, "path"> | undefined): void {
    if (problem) finds.push({ path: [...path], ...problem });
  }
}

function numberProblem(number: number): Omit<Find, "path"> | undefined {
  if (!Number.isFinite(number)) return { code: "number_too_large", message: "is too large for a number" };
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    return {
      code: "integer_too_large",
      message: "is an integer beyond ±(2^53 − 1), which would be rounded; send it as a string",
    };
  }
  return undefined;
}

function reachesForPrototype(key: string, child: unknown): boolean {
  if (key === "__proto__") return true;
  return key === "constructor" && typeof child === "object" && child !== null && Object.hasOwn(child, "prototype");
}

/** `6.02e23` is a float that happens to be integral: only the source text tells it from an integer that was rounded. */
function withoutFloats(finds: readonly Find[], text: string): readonly Find[] {
  if (!finds.some((find) => find.code === "integer_too_large")) return finds;
  const sources = JSON.parse(text, keepNumberSource);
  return finds.filter((find) => find.code !== "integer_too_large" || /^-?\d+$/.test(at(sources, find.path)));
}

function keepNumberSource(_key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === "number" ? context?.source : value;
}

function at(root: unknown, path: Path): string {
  return String(path.reduce((node, key) => (node as Record<string | number, unknown>)[key], root));
}

function malformed(message: string): AppError {
  return new AppError("malformed_body", { message });
}
