import { valueCodes } from "../validation/field-errors.ts";
import { jsonProblemCodes } from "../validation/find-json-problems.ts";

/** Why a row may be rejected, in words that stay: `docs/imports.md` explains each. */
export const rejectCodes = [
  "malformed_record",
  ...valueCodes,
  ...jsonProblemCodes,
  "duplicate",
  "refused_by_database",
] as const;

export type RejectCode = (typeof rejectCodes)[number];
