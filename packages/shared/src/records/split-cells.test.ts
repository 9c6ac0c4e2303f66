import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitCells } from "./split-cells.ts";

describe("the cells of a record", () => {
  it.each([
    ["a,b", ["a", "b"]],
    ["", [""]],
    [",", ["", ""]],
    ["a,", ["a", ""]],
    ['"a"', ["a"]],
    ['"a,b",c', ["a,b", "c"]],
    ['"say ""yes""",', ['say "yes"', ""]],
    ['"line\r\nbreak"', ["line\r\nbreak"]],
    ['""', [""]],
    ['""""', ['"']],
    [' "a', undefined],
    ['a"b', undefined],
    ['"a"b', undefined],
    ['"a', undefined],
    ['"a""', undefined],
    ['a,"', undefined],
  ])("of %j are %j", (record, cells) => {
    expect(splitCells(record)).toEqual(cells);
  });

  it("are those that csv-parse finds, whatever the record", () => {
    const character = fc.constantFrom("a", "é", "😀", " ", '"', '"', ",", "\t");
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (record) => {
        expect(splitCells(record)).toEqual(record === "" ? [""] : cellsByCsvParse(record));
      }),
      { numRuns: 2_000 },
    );
  });
});

function cellsByCsvParse(record: string): string[] | undefined {
  try {
    return parse(record)[0];
  } catch {
    return undefined;
  }
}
