import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { OnConflict } from "@longshore/shared/db/schema";
import type { Refusal, ValidRow } from "./validate-rows.ts";

/** What became of rows: each is counted once. */
export type Written = { inserted: number; updated: number; skipped: number; refused: Refusal[] };

export const nothingWritten: Written = { inserted: 0, updated: 0, skipped: 0, refused: [] };

export function addWritten(a: Written, b: Written): Written {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    skipped: a.skipped + b.skipped,
    refused: [...a.refused, ...b.refused],
  };
}

/** What rows count as whose key another row has. */
export function asDuplicates(dataset: Dataset, onConflict: OnConflict, rows: readonly ValidRow[]): Written {
  if (onConflict === "update") return { ...nothingWritten, updated: rows.length };
  if (onConflict === "ignore") return { ...nothingWritten, skipped: rows.length };
  return { ...nothingWritten, refused: rows.map((row) => duplicate(dataset, row)) };
}

function duplicate(dataset: Dataset, { index, row }: ValidRow): Refusal {
  const key = dataset.key.map((column) => `${column} ${JSON.stringify(row[column])}`).join(", ");
  return { index, code: "duplicate", field: dataset.key[0]!, message: `a row with ${key} is there already` };
}
