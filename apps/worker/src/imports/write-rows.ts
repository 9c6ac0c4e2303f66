import type { Transaction } from "kysely";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Database, OnConflict } from "@longshore/shared/db/schema";
import { groupByKey } from "./group-by-key.ts";
import { insertIsolating } from "./insert-isolating.ts";
import type { Refusal, ValidRow } from "./validate-rows.ts";

export type Written = { inserted: number; updated: number; skipped: number; refused: Refusal[] };

/**
 * Writes the rows of a chunk and says what became of each. One statement holds a key only once: its first row, or its last
 * if later rows update earlier ones; the other rows of the key are duplicates that PostgreSQL never sees. A key whose row
 * is refused gets a further round with the next one. Keys are sorted, so that two chunks lock rows in the same order.
 */
export async function writeRows(
  trx: Transaction<Database>,
  dataset: Dataset,
  onConflict: OnConflict,
  rows: readonly ValidRow[],
): Promise<Written> {
  const written: Written = { inserted: 0, updated: 0, skipped: 0, refused: [] };
  let groups = groupByKey(dataset, rows);
  if (onConflict === "update") groups = groups.map((group) => group.toReversed());

  while (groups.length > 0) {
    const heads = groups.map((group) => group[0]!);
    const { inserted, updated, duplicates, refused } = await insertIsolating(trx, dataset, onConflict, heads);
    const refusedRows = new Set(refused.map(({ index }) => index));
    const repeats = groups.filter(([head]) => !refusedRows.has(head!.index)).flatMap((group) => group.slice(1));

    written.inserted += inserted;
    written.updated += updated;
    written.refused.push(...refused);
    countDuplicates(written, dataset, onConflict, [...duplicates, ...repeats]);
    groups = groups.filter(([head]) => refusedRows.has(head!.index)).map((group) => group.slice(1)).filter((group) => group.length > 0);
  }
  return written;
}

function countDuplicates(written: Written, dataset: Dataset, onConflict: OnConflict, duplicates: readonly ValidRow[]): void {
  if (onConflict === "update") written.updated += duplicates.length;
  else if (onConflict === "ignore") written.skipped += duplicates.length;
  else written.refused.push(...duplicates.map((row) => duplicate(dataset, row)));
}

function duplicate(dataset: Dataset, { index, row }: ValidRow): Refusal {
  const key = dataset.key.map((column) => `${column} ${JSON.stringify(row[column])}`).join(", ");
  return { index, code: "duplicate", field: dataset.key[0]!, message: `a row with ${key} is there already` };
}
