import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { RejectCode } from "@longshore/shared/imports/reject-codes";
import { fieldErrors, type ValueError } from "@longshore/shared/validation/field-errors";
import { findJsonProblems } from "@longshore/shared/validation/find-json-problems";
import { inOurWords } from "@longshore/shared/validation/validate";
import { keyOf } from "./key-of.ts";
import type { DecodedChunk } from "./decode-chunk.ts";
import { Malformed } from "./parser.ts";

/** A refused row: `index` counts from 0 inside its chunk. */
export type Refusal = {
  index: number;
  code: RejectCode;
  field: string | null;
  message: string;
  /** What PostgreSQL said, if it was PostgreSQL that refused the row. */
  sqlstate?: string;
  constraint?: string | null;
};

/** A row that fits its dataset, with its place in the chunk and its key. */
export type ValidRow = { index: number; key: string; row: Record<string, unknown> };

/** Sorts a chunk's values into rows that fit the dataset and refusals. */
export function validateRows(
  values: DecodedChunk["values"],
  dataset: Dataset,
  raw: DecodedChunk["raw"],
): { valid: ValidRow[]; refused: Refusal[] } {
  const valid: ValidRow[] = [];
  const refused: Refusal[] = [];
  // A schema of texts and numbers has no room for what else JSON can say; one of objects has.
  const holdsJson = Object.values(dataset.columns).includes("jsonb");

  values.forEach((value, index) => {
    if (value instanceof Malformed) {
      refused.push({ index, code: "malformed_record", field: null, message: value.message });
      return;
    }
    const parsed = dataset.row.safeParse(value, inOurWords);
    if (!parsed.success) {
      refused.push({ index, ...describe(fieldErrors(parsed.error.issues, [])[0]!) });
      return;
    }
    const [problem] = holdsJson ? findJsonProblems(value, () => raw()[index]!, 1) : [];
    if (problem) refused.push({ index, ...describe(problem) });
    else valid.push({ index, key: keyOf(dataset, parsed.data), row: parsed.data });
  });
  return { valid, refused };
}

/** Of all that is wrong with a row, its reject names the first. */
function describe({ pointer, code, message }: ValueError): Omit<Refusal, "index"> {
  return { code, field: pointer.slice(1) || null, message };
}
