import { sortByKey } from "./sort-by-key.ts";
import type { ValidRow } from "./validate-rows.ts";

/** Rows of one key, in the order in which they are to be tried. */
export type KeyGroups = {
  /** The one to be tried now, of each key, in the order of the keys. */
  heads: ValidRow[];
  /** The further ones of the keys that have any, by their head. */
  rest: Map<ValidRow, ValidRow[]>;
};

/** Sorts rows by key and sets those apart whose key another row has. `first` says which of a key's rows is tried first. */
export function groupByKey(rows: readonly ValidRow[], first: "earliest" | "latest"): KeyGroups {
  const sorted = sortByKey([...rows]);
  const heads: ValidRow[] = [];
  const rest = new Map<ValidRow, ValidRow[]>();

  for (let start = 0, end = 1; start < sorted.length; start = end, end += 1) {
    while (sorted[end]?.key === sorted[start]!.key) end += 1;
    if (end - start === 1) {
      heads.push(sorted[start]!);
      continue;
    }
    const group = sorted.slice(start, end);
    if (first === "latest") group.reverse();
    heads.push(group[0]!);
    rest.set(group[0]!, group.slice(1));
  }
  return { heads, rest };
}
