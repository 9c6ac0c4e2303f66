import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listRecords } from "./list-records.ts";
import { createRecordScanner } from "./record-scanner.ts";

describe.each(["ndjson", "csv"] as const)("the records of a slice of %s", (format) => {
  it("are those that its scanner finds, whatever the slice", () => {
    const character = fc.constantFrom("a", "é", "\u00a0", " ", "\t", ",", "\r", "\n", "\r\n", "\n\n");
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 20 }), (text) => {
        const slice = Buffer.from(text);
        const scanned: string[] = [];
        const scanner = createRecordScanner(format, (start, end) => scanned.push(slice.toString("utf8", start, end)));
        scanner.scan(slice);
        scanner.finish();
        expect(listRecords(slice, format)).toEqual(scanned);
      }),
      { numRuns: 2_000 },
    );
  });
});

it("a line break in quotes does not end a record of CSV", () => {
  expect(listRecords(Buffer.from('a,"b\nc"\r\n\r\nd,e'), "csv")).toEqual(['a,"b\nc"', "d,e"]);
});
