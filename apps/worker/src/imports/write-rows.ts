import { hasKey } from "@longshore/shared/datasets/define-dataset";
import type { OnConflict } from "@longshore/shared/db/schema";
import { copyRows } from "./copy-rows.ts";
import { groupByKey, type KeyGroups } from "./group-by-key.ts";
import { insertIsolating } from "./insert-isolating.ts";
import { readUnread } from "./read-unread.ts";
import type { Target } from "./target.ts";
import { underSavepoint } from "./under-savepoint.ts";
import type { ValidRow } from "./validate-rows.ts";
import { addWritten, asDuplicates, nothingWritten, type Written } from "./written.ts";

export type WriteOptions = {
  onConflict: OnConflict;
  /** Whether a duplicate is likely, so that COPY, which cannot cope with one, is not worth trying. */
  expectDuplicates: boolean;
};

/**
 * Writes the rows of a chunk and says what became of each. One statement holds a key only once: its first row, or its last
 * if later rows update earlier ones; the other rows of the key are duplicates that PostgreSQL never sees. A key whose row
 * is refused gets a further round with the next one. Keys are sorted, so that two chunks lock rows in the same order.
 * Without a key there is nothing to sort and nothing to tell apart.
 */
export async function writeRows(target: Target, options: WriteOptions, rows: readonly ValidRow[]): Promise<Written> {
  const { onConflict } = options;
  if (!hasKey(target.dataset) && rows.length > 0) return writeDistinct(target, options, rows);
  let written = nothingWritten;
  let left = rows;

  while (left.length > 0) {
    const groups = groupByKey(left, onConflict === "update" ? "latest" : "earliest");
    const round = await writeDistinct(target, options, groups.heads);
    const refused = new Set(round.refused.filter(({ code }) => code !== "duplicate").map(({ index }) => index));
    const { repeats, further } = splitRest(groups, refused);
    written = addWritten(addWritten(written, round), asDuplicates(target.dataset, onConflict, repeats));
    left = further;
  }
  return written;
}

/** The rows behind a head that was written are duplicates of it; those behind one that was refused get their own turn. */
function splitRest({ rest }: KeyGroups, refused: ReadonlySet<number>) {
  const { further = [], repeats = [] } = Object.groupBy(rest, ([head]) =>
    refused.has(head.index) ? "further" : "repeats",
  );
  return { further: further.flatMap(([, rows]) => rows), repeats: repeats.flatMap(([, rows]) => rows) };
}

async function writeDistinct(
  target: Target,
  { onConflict, expectDuplicates }: WriteOptions,
  rows: readonly ValidRow[],
): Promise<Written> {
  if (onConflict === "error" && !expectDuplicates) {
    const { refused } = await underSavepoint(target.trx, () => copyRows(target, rows));
    if (!refused) return { ...nothingWritten, inserted: rows.length };
  }
  const { readable, refused } = readUnread(target.dataset, rows);
  return addWritten(await insertIsolating(target, onConflict, readable), { ...nothingWritten, refused });
}
