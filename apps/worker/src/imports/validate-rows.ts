import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import { JsonText } from "@longshore/shared/records/json-text";
import type { RejectCode } from "@longshore/shared/imports/reject-codes";
import { fieldErrors, type ValueError } from "@longshore/shared/validation/field-errors";
import { findJsonProblems } from "@longshore/shared/validation/find-json-problems";
import { isPlainJson } from "@longshore/shared/validation/is-plain-json";
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
  { values, raw, isJson }: DecodedChunk,
  dataset: Dataset,
): { valid: ValidRow[]; refused: Refusal[] } {
  const valid: ValidRow[] = [];
  const refused: Refusal[] = [];
  // A schema of texts and numbers has no room for what else JSON can say; one of objects has.
  const holdsJson = Object.values(dataset.columns).includes("jsonb");

  let index = -1;
  for (const value of values) {
    index += 1;
    if (value instanceof Malformed) {
      refused.push(refuseMalformed(index, value));
      continue;
    }
    if (dataset.whole && value instanceof JsonText) {
      valid.push({ index, key: "", row: { [dataset.whole]: value } });
      continue;
    }
    if (isJson && dataset.whole && isObject(value)) {
      const text = JsonText.of(raw()[index]!);
      if (isPlainJson(text)) {
        valid.push({ index, key: "", row: { [dataset.whole]: text } });
        continue;
      }
    }
    const parsed = dataset.row.safeParse(value, inOurWords);
    if (!parsed.success) {
      refused.push({ index, ...describe(fieldErrors(parsed.error.issues, [])[0]!) });
      continue;
    }
    const [problem] = holdsJson ? findJsonProblems(value, () => raw()[index]!, 1) : [];
    if (problem) refused.push({ index, ...describe(problem) });
    else valid.push({ index, key: keyOf(dataset, parsed.data), row: parsed.data });
  }
  return { valid, refused };
}

/** A row that cannot be read. */
export function refuseMalformed(index: number, { message }: Malformed): Refusal {
  return { index, code: "malformed_record", field: null, message };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Of all that is wrong with a row, its reject names the first. */
function describe({ pointer, code, message }: ValueError): Omit<Refusal, "index"> {
  return { code, field: pointer.slice(1) || null, message };
}
