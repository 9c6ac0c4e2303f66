import { splitCells } from "@longshore/shared/records/split-cells";
import { Malformed, notWrittenOut, type Layout, type Parser } from "./parser.ts";

/** CSV under the header of its import. */
export function createCsvParser({ columns, isNote }: Layout): Parser {
  const names = columns!;
  const areNotes = names.map(isNote);
  const raw = names.indexOf("_raw");

  return {
    one(record) {
      const cells = splitCells(record);
      if (!cells) return new Malformed("is not valid CSV: a quote is out of place");
      if (cells.length !== names.length) return new Malformed(`has ${cells.length} cells, not ${names.length}`);
      const row: Record<string, string> = {};
      for (let at = 0; at < names.length; at += 1) if (!areNotes[at]) row[names[at]!] = cells[at]!;
      return cells[raw] && Object.values(row).every((cell) => cell === "") ? notWrittenOut() : row;
    },
  };
}
