import type { Dataset } from "@longshore/shared/datasets/define-dataset";

/** What makes a row a duplicate of another: its key columns, as one comparable text. The same for all where there is none. */
export function keyOf({ key }: Dataset, row: Record<string, unknown>): string {
  if (key.length === 0) return "";
  if (key.length === 1) return String(row[key[0]!]);
  return JSON.stringify(key.map((column) => row[column]));
}
