import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import { keyOf } from "./key-of.ts";
import { Malformed, type DecodedChunk } from "./decode-chunk.ts";

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
export function validateRows(values: DecodedChunk["values"], dataset: Dataset): { valid: ValidRow[]; refused: Refusal[] } {
  const valid: ValidRow[] = [];
  const refused: Refusal[] = [];

  values.forEach((value, index) => {
    if (value instanceof Malformed) {
      refused.push({ index, code: "malformed_record", field: null, message: value.message });
      return;
    }
    const parsed = dataset.row.safeParse(value);
    if (parsed.success) valid.push({ index, key: keyOf(dataset, parsed.data), row: parsed.data });
    else refused.push({ index, ...describe(parsed.error.issues[0]!) });
  });
  return { valid, refused };
}

type Issue = { code: string; path: PropertyKey[]; message: string; keys?: string[] };

function describe(issue: Issue): Omit<Refusal, "index"> {
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys ?? [];
    return { code: "unknown_field", field: unknown[0] ?? null, message: `unknown field: ${unknown.join(", ")}` };
  }
  const field = issue.path.length > 0 ? issue.path.map(String).join(".") : null;
  return { code: "invalid_value", field, message: issue.message };
}
