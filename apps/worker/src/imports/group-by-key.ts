import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { ValidRow } from "./validate-rows.ts";

/** What makes a row a duplicate of another: its key columns, as one comparable text. */
export function keyOf(dataset: Dataset, row: Record<string, unknown>): string {
  if (dataset.key.length === 1) return String(row[dataset.key[0]!]);
  return JSON.stringify(dataset.key.map((column) => row[column]));
}

/** The rows with the same key together, each group in the order of its rows, the groups in the order of their keys. */
export function groupByKey(dataset: Dataset, rows: readonly ValidRow[]): ValidRow[][] {
  const groups = Map.groupBy(rows, ({ row }) => keyOf(dataset, row));
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
