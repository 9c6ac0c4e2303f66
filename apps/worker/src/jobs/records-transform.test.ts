import { describe, expect, it } from "vitest";
import { recordsTransform } from "@longshore/shared/jobs/records-transform";
import type { JobContext } from "./define-handler.ts";
import { handleRecordsTransform } from "./records-transform.ts";

function transform(payload: unknown) {
  return handleRecordsTransform(recordsTransform.payload.parse(payload), {} as JobContext);
}

async function apply(op: string, text: string) {
  return (await transform({ record: { text }, operations: [{ op }] })).record?.["text"];
}

describe("an operation", () => {
  it.each([
    ["upper", "straße İ", "STRASSE İ"],
    ["lower", "ÉLISE", "élise"],
    ["title", "ada LOVELACE-o'neil 3rd élise", "Ada Lovelace-O'neil 3rd Élise"],
    ["trim", " \t a b \n", "a b"],
    ["squeeze", "  a \n\t b  ", "a b"],
    ["reverse", "a👩‍👩‍👧é", "é👩‍👩‍👧a"],
    ["upper", "", ""],
  ])("%s makes of %j %j", async (op, text, expected) => {
    expect(await apply(op, text)).toBe(expected);
  });
});

describe("a record", () => {
  const record = { name: "Ada", age: 36, ok: true, none: null, home: { "a/b~c": "x", list: ["y", { z: "z" }] } };

  it("is rewritten wherever it has text, and nowhere else", async () => {
    const { record: upper } = await transform({ record, operations: [{ op: "upper" }] });
    expect(upper).toEqual({ ...record, name: "ADA", home: { "a/b~c": "X", list: ["Y", { z: "Z" }] } });
  });

  it.each([
    ["/name", { ...record, name: "ADA" }],
    ["/home/a~1b~0c", { ...record, home: { ...record.home, "a/b~c": "X" } }],
    ["/home/list", { ...record, home: { ...record.home, list: ["Y", { z: "Z" }] } }],
    ["/home/list/1/z", { ...record, home: { ...record.home, list: ["y", { z: "Z" }] } }],
    ["/age", record],
    ["/nowhere", record],
    ["/name/deeper", record],
    ["/home/list/7", record],
  ])("is rewritten at %s and below alone", async (pointer, expected) => {
    expect(await transform({ record, operations: [{ op: "upper", at: [pointer] }] })).toEqual({ record: expected });
  });

  it("goes through the operations one after the other", async () => {
    const operations = [{ op: "squeeze" }, { op: "title", at: ["/a", "/b"] }];
    const { records } = await transform({ records: [{ a: " x  Y ", b: "z", c: " C " }, {}], operations });
    expect(records).toEqual([{ a: "X Y", b: "Z", c: "C" }, {}]);
  });

  it("comes alone or in a list, not both and not neither", () => {
    const operations = [{ op: "upper" }];
    const fits = (payload: object) => recordsTransform.payload.safeParse({ operations, ...payload }).success;
    expect([{ record: {} }, { records: [{}] }, {}, { record: {}, records: [{}] }].map(fits)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
