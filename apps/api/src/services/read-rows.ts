import { sql } from "kysely";
import { findDataset } from "@longshore/shared/datasets/datasets";
import { hasKey, type Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Db } from "@longshore/shared/db/create-database";
import { AppError } from "@longshore/shared/errors";

type Row = Record<string, unknown>;

export type Rows = { columns: string[]; pages: AsyncGenerator<Row[]> };

/**
 * Every row that a tenant has in a dataset as it could be submitted again, read page by page in the order of its key; without one, in the
 * order in which rows were written. `asTable` keeps rows of any fields in the one column that holds them.
 * Throws `unknown_dataset`.
 */
export function createReadRows(db: Db) {
  return function readRows(name: string, tenant: string, { asTable }: { asTable: boolean }): Rows {
    const dataset = findDataset(name);
    if (!dataset) throw new AppError("unknown_dataset", { message: `There is no dataset "${name}"` });
    const columns = Object.keys(dataset.columns);
    const toRow = dataset.fields || asTable ? pick(columns) : (row: Row) => row[columns[0]!] as Row;
    return { columns, pages: readPages(db, dataset, tenant, toRow) };
  };
}

async function* readPages(db: Db, dataset: Dataset, tenant: string, toRow: (row: Row) => Row): AsyncGenerator<Row[]> {
  const order = hasKey(dataset) ? dataset.key : ["id"];
  const columns = toList(new Set([...Object.keys(dataset.columns), ...order]));
  // Rows of any fields may be large.
  const pageRows = dataset.fields ? 1_000 : 100;

  let behind = sql``;
  for (;;) {
    const { rows } = await sql<Row>`
      select ${columns} from ${sql.table(dataset.table)} where tenant = ${tenant} ${behind} order by ${toList(order)} limit ${pageRows}`.execute(
      db,
    );
    yield rows.map(toRow);
    if (rows.length < pageRows) return;
    behind = sql`and (${toList(order)}) > (${sql.join(order.map((column) => rows.at(-1)![column]))})`;
  }
}

function toList(columns: Iterable<string>) {
  return sql.join([...columns].map((column) => sql.ref(column)));
}

function pick(columns: readonly string[]): (row: Row) => Row {
  return (row) => Object.fromEntries(columns.map((column) => [column, row[column]]));
}
