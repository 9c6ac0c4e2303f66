import type { z } from "zod";
import type { FieldError } from "../errors.ts";
import { jsonPointer } from "./json-pointer.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Turns zod's issues into field errors. `base` is the place of the value: empty for a body, `["query"]` for a query. */
export function fieldErrors(issues: readonly Issue[], base: Path): FieldError[] {
  return issues.flatMap((issue) => describe(issue, [...base, ...issue.path]));
}

function describe(issue: Issue, path: Path): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => at([...path, key], "unknown_field", "is not known here"));
  }
  if (issue.code === "invalid_union") {
    const branch = closestBranch(issue.errors);
    if (branch) return fieldErrors(branch, path);
  }
  return [at(path, isMissing(issue) ? "required" : issue.code, issue.message)];
}

/** The one branch of a union that the value was meant for: it has the right type and fails further inside. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = branches.filter((issues) => issues.every((issue) => issue.path.length > 0));
  return meant.length === 1 ? meant[0] : undefined;
}

function isMissing(issue: Issue): boolean {
  return issue.code.startsWith("invalid_") && issue.input === undefined;
}

function at(path: Path, code: string, message: string): FieldError {
  return { pointer: jsonPointer(path), code, message };
}
