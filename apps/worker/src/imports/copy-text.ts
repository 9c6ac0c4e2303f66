import type { ValidRow } from "./validate-rows.ts";

const rowsPerBlock = 2_000;

/** Rows of any columns in COPY's text format: https://www.postgresql.org/docs/18/sql-copy.html */
export function* toTextBlocks(
  tenant: string,
  columns: readonly string[],
  rows: readonly ValidRow[],
): Generator<Buffer> {
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

export function toCopyText(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : text;
}
