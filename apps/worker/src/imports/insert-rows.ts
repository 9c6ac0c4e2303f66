import { sql, type Transaction } from "kysely";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Database, OnConflict } from "@longshore/shared/db/schema";
import { keyOf } from "./group-by-key.ts";
import type { ValidRow } from "./validate-rows.ts";

export type Inserted = {
  inserted: number;
  updated: number;
  /** The rows whose key was there already and stayed as it was. */
  duplicates: ValidRow[];
};

/** Writes rows of distinct keys in one statement, an array for each column. Throws what PostgreSQL throws. */
export async function insertRows(
  trx: Transaction<Database>,
  dataset: Dataset,
  onConflict: OnConflict,
  rows: readonly ValidRow[],
): Promise<Inserted> {
  const columns = Object.keys(dataset.columns);
  const arrays = columns.map((column) => sql`${rows.map(({ row }) => row[column])}::${sql.raw(dataset.columns[column]!)}[]`);
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const key = sql.join(dataset.key.map((column) => sql.ref(column)));

  const { rows: touched } = await sql<Record<string, unknown> & { fresh: boolean }>`
    insert into ${sql.table(dataset.table)} (${names})
    select * from unnest(${sql.join(arrays)})
    on conflict (${key}) ${onConflict === "update" ? updateAction(dataset) : sql`do nothing`}
    returning ${key}, (xmax = 0) as fresh`.execute(trx);

  const inserted = touched.filter(({ fresh }) => fresh).length;
  return { inserted, updated: touched.length - inserted, duplicates: untouched(dataset, rows, touched) };
}

function untouched(dataset: Dataset, rows: readonly ValidRow[], touched: readonly Record<string, unknown>[]): ValidRow[] {
  if (touched.length === rows.length) return [];
  const keys = new Set(touched.map((row) => keyOf(dataset, row)));
  return rows.filter(({ row }) => !keys.has(keyOf(dataset, row)));
}

/** Sets every column but the key. A dataset of nothing but its key has nothing to set, and sets the key to itself. */
function updateAction(dataset: Dataset) {
  const others = Object.keys(dataset.columns).filter((column) => !dataset.key.includes(column));
  const set = (others.length > 0 ? others : dataset.key).map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
  return sql`do update set ${sql.join(set)}`;
}
