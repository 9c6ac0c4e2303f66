import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { JsonText } from "@longshore/shared/datasets/json-text";
import type { Target } from "./target.ts";
import type { ValidRow } from "./validate-rows.ts";

const rowsPerBlock = 2_000;

/** Writes rows by COPY, PostgreSQL's fastest way in. It knows no conflicts: a duplicate makes it throw as a bad row does. */
export async function copyRows({ client, dataset, tenant }: Target, rows: readonly ValidRow[]): Promise<void> {
  const columns = Object.keys(dataset.columns);
  const names = ["tenant", ...columns].map((column) => client.escapeIdentifier(column)).join(", ");
  const copy = client.query(copyFrom(`copy ${client.escapeIdentifier(dataset.table)} (${names}) from stdin`));
  await pipeline(Readable.from(blocks(tenant, columns, rows), { objectMode: true, highWaterMark: 1 }), copy);
}

function* blocks(tenant: string, columns: readonly string[], rows: readonly ValidRow[]): Generator<Buffer> {
  const start = toCopyText(tenant);
  for (let at = 0; at < rows.length; at += rowsPerBlock) {
    let text = "";
    for (const { row } of rows.slice(at, at + rowsPerBlock)) {
      text += start;
      for (const column of columns) text += `\t${toCopyText(row[column])}`;
      text += "\n";
    }
    yield Buffer.from(text);
  }
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A value in COPY's text format: https://www.postgresql.org/docs/18/sql-copy.html */
export function toCopyText(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  const text = typeof value === "string" ? value : value instanceof JsonText ? value.text : JSON.stringify(value);
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : text;
}
