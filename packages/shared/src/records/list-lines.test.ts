import fc from "fast-check";
import { expect, it } from "vitest";
import { listLines } from "./list-lines.ts";
import { listRecords } from "./list-records.ts";

it("lists the lines that listRecords lists, whatever they hold", () => {
  const text = fc.array(fc.constantFrom("a", '{"b":"é"}', " ", "\r", "\t", "\n", "𝄞"), { maxLength: 30 });
  fc.assert(
    fc.property(text, (parts) => {
      const slice = Buffer.from(parts.join(""));
      expect(listLines(slice).map((line) => line.text)).toEqual(listRecords(slice, "ndjson"));
    }),
    { numRuns: 1_000 },
  );
});
