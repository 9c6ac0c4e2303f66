import type { ValidRow } from "./validate-rows.ts";

export type KeyGroups = {
  /** The first row of each key, in the order of the keys. */
  heads: ValidRow[];
  /** The further rows of the keys that have any, by their head, in the order given. */
  rest: Map<ValidRow, ValidRow[]>;
};

/** Sorts rows by key and sets those apart whose key another row has. */
export function groupByKey(rows: readonly ValidRow[]): KeyGroups {
  // Sorting is stable: rows of one key stay in the order given.
  const sorted = rows.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const heads: ValidRow[] = [];
  const rest = new Map<ValidRow, ValidRow[]>();
  let head: ValidRow | undefined;

  for (const row of sorted) {
    if (row.key !== head?.key) {
      heads.push(row);
      head = row;
    } else {
      const others = rest.get(head);
      if (others) others.push(row);
      else rest.set(head, [row]);
    }
  }
  return { heads, rest };
}
