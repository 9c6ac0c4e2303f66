import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sortByKey } from "./sort-by-key.ts";

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function check(keys: string[]): void {
  const rows = keys.map((key, index) => ({ key, index }));
  const expected = rows.toSorted((a, b) => compare(a.key, b.key) || a.index - b.index);
  expect(sortByKey(rows)).toEqual(expected);
}

describe("sortByKey", () => {
  it("orders any keys as comparing them does, and equal ones by index", () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 200 }), check));
  });

  it("does so for keys that start alike, repeat, or are the start of one another", () => {
    const alike = fc.stringMatching(/^(aa?b?|ab)*$/, { maxLength: 8 });
    fc.assert(fc.property(fc.array(alike, { minLength: 50, maxLength: 400 }), check));
  });

  it("takes many rows of one key", () => {
    check(Array.from({ length: 20_000 }, () => "the same"));
  });

  it("takes rows that are in order, and in the opposite one", () => {
    const keys = Array.from({ length: 20_000 }, (_, n) => `user${String(n).padStart(6, "0")}`);
    check(keys);
    check(keys.toReversed());
  });
});
