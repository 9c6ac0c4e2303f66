import { JsonText } from "@longshore/shared/records/json-text";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import { asMalformed } from "./parse-json-records.ts";
import { refuseMalformed, type Refusal, type ValidRow } from "./validate-rows.ts";

/** Reads the rows that were to be kept as they came: which of them are JSON, and which are refused because they are none. */
export function readUnread(
  { whole }: Dataset,
  rows: readonly ValidRow[],
): { readable: readonly ValidRow[]; refused: Refusal[] } {
  if (!whole) return { readable: rows, refused: [] };
  const readable: ValidRow[] = [];
  const refused: Refusal[] = [];
  for (const one of rows) {
    const kept = one.row[whole];
    try {
      if (kept instanceof JsonText) JSON.parse(kept.text);
      readable.push(one);
    } catch (error) {
      refused.push(refuseMalformed(one.index, asMalformed(error)));
    }
  }
  return { readable, refused };
}
