import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { ValidRow } from "./validate-rows.ts";

/** What makes a row a duplicate of another: its key columns, as one comparable text. */
export function keyOf(dataset: Dataset, row: Record<string, unknown>): string {
  if (dataset.key.length === 1) return String(row[dataset.key[0]!]);
  return JSON.stringify(dataset.key.map((column) => row[column]));
}

export type KeyGroups = {
  /** The first row of each key, in the order of the keys. */
  heads: ValidRow[];
  /** The further rows of the keys that have any, by their head, in the order given. */
  rest: Map<ValidRow, ValidRow[]>;
};

/** Sorts rows by key and sets those apart whose key another row has. Most chunks have none: that way is the short one. */
export function groupByKey(dataset: Dataset, rows: readonly ValidRow[]): KeyGroups {
  const keyed = rows.map((row) => ({ key: keyOf(dataset, row.row), row }));
  // Sorting is stable: rows of one key stay in the order given.
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

  const heads: ValidRow[] = [];
  const rest = new Map<ValidRow, ValidRow[]>();
  let lastKey: string | undefined;
  for (const { key, row } of keyed) {
    if (key !== lastKey) heads.push(row);
    else rest.set(heads.at(-1)!, [...(rest.get(heads.at(-1)!) ?? []), row]);
    lastKey = key;
  }
  return { heads, rest };
}
