import type { z } from "zod";
import type { FieldError } from "../errors.ts";
import { jsonProblemCodes, tooLarge, type JsonProblemCode } from "./find-json-problems.ts";
import { jsonPointer } from "./json-pointer.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What can be wrong with a value for what its schema says. */
export const valueCodes = [
  "required",
  "unknown_field",
  "invalid_type",
  "invalid_value",
  "invalid_format",
  "too_small",
  "too_big",
  "not_multiple_of",
] as const;

export type ValueError = FieldError & { code: (typeof valueCodes)[number] | JsonProblemCode };

/** Turns zod's issues into field errors. `base` is the place of the value: empty for a body, `["query"]` for a query. */
export function fieldErrors(issues: readonly Issue[], base: Path): ValueError[] {
  return issues.flatMap((issue) => describe(issue, [...base, ...issue.path]));
}

function describe(issue: Issue, path: Path): ValueError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => at([...path, key], "unknown_field", "is not known here"));
  }
  if (isInfinite(issue.input)) return [at(path, "number_too_large", tooLarge)];
  if (issue.code === "invalid_union") {
    const branch = closestBranch(issue.errors);
    if (branch) return fieldErrors(branch, path);
  }
  return [at(path, isMissing(issue) ? "required" : codeOf(issue), issue.message)];
}

/** The one branch of a union that the value was meant for: it has the right type and fails further inside. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = branches.filter((issues) => issues.every((issue) => issue.path.length > 0));
  return meant.length === 1 ? meant[0] : undefined;
}

function isInfinite(input: unknown): boolean {
  return input === Infinity || input === -Infinity;
}

function isMissing(issue: Issue): boolean {
  return issue.code.startsWith("invalid_") && issue.input === undefined;
}

/** Zod's own words where they are anyone's. A check of ours names its code in `params`. */
function codeOf(issue: Exclude<Issue, { code: "unrecognized_keys" }>): ValueError["code"] {
  switch (issue.code) {
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
      return "invalid_value";
    case "custom":
      return jsonProblemCodes.find((code) => code === issue.params?.["code"]) ?? "invalid_value";
    default:
      return issue.code;
  }
}

function at(path: Path, code: ValueError["code"], message: string): ValueError {
  return { pointer: jsonPointer(path), code, message };
}
