import type { Dataset } from "../datasets/define-dataset.ts";

/** What a rejects file says of a row, beside the fields that were sent. `_raw` is the text of a row that could not be read. */
export const notes = ["_row", "_code", "_field", "_message", "_sqlstate", "_constraint", "_raw"];

/**
 * Whether a field is a note and no data. A dataset that knows its fields has none that start with `_`, so there all of
 * these are; where any field may be data, only those of a rejects file are.
 */
export function isNote(field: string, dataset: Pick<Dataset, "fields"> | undefined): boolean {
  if (!field.startsWith("_") || field === "__proto__") return false;
  return dataset?.fields !== undefined || notes.includes(field);
}
