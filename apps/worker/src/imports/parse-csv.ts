import { parse } from "csv-parse/sync";
import { Malformed, notWrittenOut, type Layout, type Parser } from "./parser.ts";

const options = { record_delimiter: ["\r\n", "\n"], skip_empty_lines: true, relax_column_count: true };

/** CSV under the header of its import. */
export const parseCsv: Parser = {
  all: (bytes, layout) => tryParse(bytes)?.map(createToRow(layout)),
  one(record, layout) {
    const [cells, ...others] = tryParse(record) ?? [];
    return cells && others.length === 0 ? createToRow(layout)(cells) : new Malformed("is not valid CSV");
  },
};

function tryParse(input: Buffer | string): string[][] | undefined {
  try {
    return parse(input, options);
  } catch {
    return undefined;
  }
}

function createToRow({ columns, isNote }: Layout): (cells: string[]) => unknown {
  const names = columns!;
  const areNotes = names.map(isNote);
  const raw = names.indexOf("_raw");

  return (cells) => {
    if (cells.length !== names.length) return new Malformed(`has ${cells.length} cells, not ${names.length}`);
    const row: Record<string, string> = {};
    for (let at = 0; at < names.length; at += 1) if (!areNotes[at]) row[names[at]!] = cells[at]!;
    return cells[raw] && Object.values(row).every((cell) => cell === "") ? notWrittenOut() : row;
  };
}
