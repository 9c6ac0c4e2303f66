import { sql } from "kysely";
import { hasKey } from "@longshore/shared/datasets/define-dataset";
import type { Target } from "./target.ts";
import type { ValidRow } from "./validate-rows.ts";
import { writeRows, type WriteOptions } from "./write-rows.ts";
import { addWritten, asDuplicates, type Written } from "./written.ts";

/**
 * A dry run's write: the same statements as a real one, taken back. What earlier chunks would have left in the table is
 * remembered as a list of keys, so a key that comes again in a later chunk is the duplicate that it would be.
 */
export async function rehearseRows(
  target: Target,
  jobId: string,
  options: WriteOptions,
  rows: readonly ValidRow[],
): Promise<Written> {
  const { trx, dataset } = target;
  if (!hasKey(dataset)) return writeAndTakeBack(target, options, rows);

  const keys = [...new Set(rows.map(({ key }) => key))].toSorted();
  const { rows: noted } = await sql<{ key: string }>`
    insert into import_keys (job_id, key) select ${jobId}, key from unnest(${keys}::text[]) as key
    on conflict do nothing returning key`.execute(trx);

  const fresh = new Set(noted.map(({ key }) => key));
  const { first = [], again = [] } = Object.groupBy(rows, ({ key }) => (fresh.has(key) ? "first" : "again"));

  const written = await writeAndTakeBack(target, options, first);
  await forget(target, jobId, first, written);
  return addWritten(written, asDuplicates(dataset, options.onConflict, again));
}

async function writeAndTakeBack(target: Target, options: WriteOptions, rows: readonly ValidRow[]): Promise<Written> {
  await sql`savepoint rehearsal`.execute(target.trx);
  const written = await writeRows(target, options, rows);
  await sql`rollback to savepoint rehearsal`.execute(target.trx);
  return written;
}

/** A key of which no row was accepted is free for a later chunk. */
async function forget({ trx }: Target, jobId: string, rows: readonly ValidRow[], { refused }: Written): Promise<void> {
  const refusedRows = new Set(refused.filter(({ code }) => code !== "duplicate").map(({ index }) => index));
  if (refusedRows.size === 0) return;
  const accepted = new Set(rows.filter(({ index }) => !refusedRows.has(index)).map(({ key }) => key));
  const free = rows.map(({ key }) => key).filter((key) => !accepted.has(key));
  await trx.deleteFrom("import_keys").where("job_id", "=", jobId).where("key", "in", free).execute();
}
