import { sql } from "kysely";
import { hasKey, type Dataset } from "@longshore/shared/datasets/define-dataset";
import type { OnConflict } from "@longshore/shared/db/schema";
import { keyOf } from "./key-of.ts";
import type { Target } from "./target.ts";
import type { ValidRow } from "./validate-rows.ts";
import { asDuplicates, nothingWritten, type Written } from "./written.ts";

/** Writes rows of distinct keys, or of none, in one statement, an array for each column. Throws what PostgreSQL throws. */
export async function insertRows(target: Target, onConflict: OnConflict, rows: readonly ValidRow[]): Promise<Written> {
  if (hasKey(target.dataset)) return inserts[onConflict](target, rows);
  await insertUnnested(target, rows).execute(target.trx);
  return { ...nothingWritten, inserted: rows.length };
}

type Insert = (target: Target, rows: readonly ValidRow[]) => Promise<Written>;

const inserts: Record<OnConflict, Insert> = {
  async error(target, rows) {
    const { trx, dataset } = target;
    const { rows: inserted } = await sql<Record<string, unknown>>`
      ${insertUnnested(target, rows)} on conflict (${uniqueColumns(dataset)}) do nothing
      returning ${toList(dataset.key)}`.execute(trx);
    return { ...asDuplicates(dataset, "error", untouched(dataset, rows, inserted)), inserted: inserted.length };
  },

  async ignore(target, rows) {
    const { numAffectedRows } = await sql`
      ${insertUnnested(target, rows)} on conflict (${uniqueColumns(target.dataset)}) do nothing`.execute(target.trx);
    const inserted = Number(numAffectedRows);
    return { ...nothingWritten, inserted, skipped: rows.length - inserted };
  },

  async update(target, rows) {
    const { trx, dataset } = target;
    const { rows: counts } = await sql<{ inserted: number; updated: number }>`
      with written as (
        ${insertUnnested(target, rows)}
        on conflict (${uniqueColumns(dataset)}) do update set ${assignments(dataset)}
        returning xmax = 0 as fresh)
      select count(*) filter (where fresh) as inserted, count(*) filter (where not fresh) as updated from written`.execute(
      trx,
    );
    return { ...nothingWritten, ...counts[0]! };
  },
};

function insertUnnested({ dataset, tenant }: Target, rows: readonly ValidRow[]) {
  const columns = Object.keys(dataset.columns);
  const arrays = columns.map(
    (column) => sql`${rows.map(({ row }) => row[column])}::${sql.raw(dataset.columns[column]!)}[]`,
  );
  return sql`insert into ${sql.table(dataset.table)} (${toList(["tenant", ...columns])})
    select ${tenant}, * from unnest(${sql.join(arrays)})`;
}

function uniqueColumns({ key }: Dataset) {
  return toList(["tenant", ...key]);
}

function toList(columns: readonly string[]) {
  return sql.join(columns.map((column) => sql.ref(column)));
}

/** Sets every column but the key. A dataset of nothing but its key has nothing to set, and sets the key to itself. */
function assignments(dataset: Dataset) {
  const others = Object.keys(dataset.columns).filter((column) => !dataset.key.includes(column));
  const sent = (others.length > 0 ? others : dataset.key).map(
    (column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`,
  );
  return sql.join(dataset.changedAt ? [...sent, sql`${sql.ref(dataset.changedAt)} = now()`] : sent);
}

function untouched(
  dataset: Dataset,
  rows: readonly ValidRow[],
  touched: readonly Record<string, unknown>[],
): ValidRow[] {
  if (touched.length === rows.length) return [];
  const keys = new Set(touched.map((row) => keyOf(dataset, row)));
  return rows.filter(({ key }) => !keys.has(key));
}
