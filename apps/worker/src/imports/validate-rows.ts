import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { FieldError } from "@longshore/shared/errors";
import { fieldErrors } from "@longshore/shared/validation/field-errors";
import { inOurWords } from "@longshore/shared/validation/validate";
import { keyOf } from "./key-of.ts";
import type { DecodedChunk } from "./decode-chunk.ts";
import { Malformed } from "./parser.ts";

/** A refused row: `index` counts from 0 inside its chunk. */
export type Refusal = {
  index: number;
  code: string;
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
): { valid: ValidRow[]; refused: Refusal[] } {
  const valid: ValidRow[] = [];
  const refused: Refusal[] = [];

  values.forEach((value, index) => {
    if (value instanceof Malformed) {
      refused.push({ index, code: "malformed_record", field: null, message: value.message });
      return;
    }
    const parsed = dataset.row.safeParse(value, inOurWords);
    if (parsed.success) valid.push({ index, key: keyOf(dataset, parsed.data), row: parsed.data });
    else refused.push({ index, ...describe(fieldErrors(parsed.error.issues, [])[0]!) });
  });
  return { valid, refused };
}

/** Of all that is wrong with a row, its reject names the first. */
function describe({ pointer, code, message }: FieldError): Omit<Refusal, "index"> {
  return { code, field: pointer.slice(1) || null, message };
}
