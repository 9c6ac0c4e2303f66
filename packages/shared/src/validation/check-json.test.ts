import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkJson } from "./check-json.ts";

function check(text: string) {
  return checkJson(JSON.parse(text), text);
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("checkJson", () => {
  test.each([
    ['{"a":"x\\u0000y"}', "/a", "nul_character"],
    ['{"a\\u0000":1}', "/a\0", "nul_character"],
    ['["\\ud800"]', "/0", "lone_surrogate"],
    ['{"a":{"b":[1e999]}}', "/a/b/0", "number_too_large"],
    ["-1e999", "", "number_too_large"],
    ['{"id":9007199254740992}', "/id", "integer_too_large"],
    ['{"id":-9007199254740993}', "/id", "integer_too_large"],
    ['{"a/b":{"c~d":12345678901234567890}}', "/a~1b/c~0d", "integer_too_large"],
  ])("refuses %s", (text, pointer, code) => {
    expect(check(text)).toEqual([{ pointer, code, message: expect.any(String) }]);
  });

  test.each([
    '{"id":9007199254740991,"low":-9007199254740991}',
    "[6.02e23, 1e300, 1.5, -0, 9007199254740993.0]",
    '["\\ud83d\\ude00", "é", "\\u0001"]',
    '{"constructor":"Brunel","prototype":1}',
    "null",
  ])("accepts %s", (text) => {
    expect(check(text)).toEqual([]);
  });

  test("accepts 32 levels and refuses 33", () => {
    expect(check(nested(32))).toEqual([]);
    expect(() => check(nested(33))).toThrow("nested deeper than 32");
    expect(() => check(nested(100_000))).toThrow("nested deeper than 32");
    expect(() => check(`[12345678901234567890,${nested(100_000)}]`)).toThrow("nested deeper than 32");
  });

  test.each([
    '{"__proto__":{"admin":true}}',
    '[{"a":{"__proto__":1}}]',
    '{"constructor":{"prototype":{"admin":true}}}',
  ])("refuses the key in %s", (text) => {
    expect(() => check(text)).toThrow("is not allowed");
  });

  test("large floats do not use up the errors that are listed", () => {
    const text = JSON.stringify([...Array.from({ length: 200 }, () => 1e30), "\0"]);
    expect(check(text)).toMatchObject([{ pointer: "/200", code: "nul_character" }]);
  });

  test("takes no longer for many large floats than for their number", () => {
    const text = JSON.stringify(Array.from({ length: 50_000 }, () => 1e30));
    expect(check(text)).toEqual([]);
  });

  test("lists at most 100 errors", () => {
    expect(check(JSON.stringify(Array.from({ length: 101 }, () => "\0")))).toHaveLength(100);
  });

  test("accepts whatever JSON can carry without loss", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: "grapheme" }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\\u0000|__proto__|\d{16}/.test(text));
        expect(check(text)).toEqual([]);
      }),
    );
  });

  test("finds a NUL wherever it is put, and says where", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.nat()), { maxLength: 12 }), fc.string(), (path, text) => {
        fc.pre(!path.some((key) => /\0|__proto__|constructor/.test(String(key))));
        const value = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), `${text}\0`);
        const pointer = path.map((key) => `/${String(key).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
        expect(check(JSON.stringify(value))).toMatchObject([{ pointer, code: "nul_character" }]);
      }),
    );
  });

  test("an integer that comes back changed is refused, one that comes back the same is not", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
        const safe = integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(check(`{"n":${integer}}`)).toHaveLength(safe ? 0 : 1);
      }),
    );
  });
});
