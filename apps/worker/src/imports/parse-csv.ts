import { parse } from "csv-parse/sync";
import { Malformed, type Parser } from "./parser.ts";

const options = { record_delimiter: ["\r\n", "\n"], skip_empty_lines: true, relax_column_count: true };

/** CSV under the header of its import; cells of columns that start with `_` are notes and are left out. */
export const parseCsv: Parser = {
  all: (bytes, { columns }) => tryParse(bytes)?.map((cells) => toObject(cells, columns!)),
  one(record, { columns }) {
    const [cells, ...others] = tryParse(record) ?? [];
    return cells && others.length === 0 ? toObject(cells, columns!) : new Malformed("is not valid CSV");
  },
};

function tryParse(input: Buffer | string): string[][] | undefined {
  try {
    return parse(input, options);
  } catch {
    return undefined;
  }
}

function toObject(cells: string[], columns: string[]): unknown {
  if (cells.length !== columns.length) return new Malformed(`has ${cells.length} cells, not ${columns.length}`);
  const row: Record<string, string> = {};
  for (let at = 0; at < columns.length; at += 1) if (!columns[at]!.startsWith("_")) row[columns[at]!] = cells[at]!;
  return row;
}
