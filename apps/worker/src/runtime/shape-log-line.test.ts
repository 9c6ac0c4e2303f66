import { expect, test } from "vitest";
import { shapeLogLine } from "./shape-log-line.ts";

const bytes = ({ message, fields }: ReturnType<typeof shapeLogLine>) =>
  Buffer.byteLength(message) + Buffer.byteLength(fields ?? "");
const fieldsOf = (fields: unknown) => JSON.parse(shapeLogLine("m", fields).fields!) as unknown;

test("a plain line stays as it is", () => {
  expect(shapeLogLine("hello", { a: [1, "é"] })).toEqual({ message: "hello", fields: '{"a":[1,"é"]}' });
  expect(shapeLogLine("hello", undefined)).toEqual({ message: "hello", fields: null });
});

test("what PostgreSQL refuses is replaced, and what only looks like it is not", () => {
  expect(shapeLogLine("a\0b\ud800", undefined).message).toBe("a\ufffdb\ufffd");
  expect(fieldsOf({ "k\0": "\0\udc00x", literal: "\\u0000", pair: "😀" })).toEqual({
    "k\ufffd": "\ufffd\ufffdx",
    literal: "\\u0000",
    pair: "😀",
  });
});

test("whatever is logged as fields becomes an object", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  expect(fieldsOf(circle)).toEqual({ unreadable: expect.stringContaining("circular") as string });
  expect(fieldsOf({ n: 10n })).toEqual({ n: "10" });
  expect(fieldsOf(["a"])).toEqual({ value: ["a"] });
  expect(fieldsOf(() => 1)).toEqual({ value: null });
  expect(fieldsOf({ err: new TypeError("no") })).toMatchObject({ err: { name: "TypeError", message: "no" } });
});

test("a line of exactly 8 KiB is kept whole, a longer one is cut, and says so", () => {
  const whole = "x".repeat(8 * 1024);
  expect(shapeLogLine(whole, undefined).message).toBe(whole);
  const cut = shapeLogLine("é".repeat(8 * 1024), undefined);
  expect(cut.message).toMatch(/^é+… \(cut\)$/u);
  expect(bytes(cut)).toBeLessThanOrEqual(8 * 1024);
});

test("large fields are cut, whatever they hold", () => {
  for (const piece of ["x", '"\\', "😀", "\ud800"]) {
    const line = shapeLogLine("y".repeat(9_000), { long: piece.repeat(9_000) });
    expect(JSON.parse(line.fields!)).toEqual({ cut: expect.stringMatching(/… \(cut\)$/) as string });
    expect(bytes(line)).toBeLessThanOrEqual(8 * 1024);
  }
});
