import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonProblems } from "./find-json-problems.ts";
import { JsonText } from "../records/json-text.ts";
import { isPlainJson } from "./is-plain-json.ts";

const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("a JSON text is plain", () => {
  it.each([
    '{"a":1.5,"b":["x",null,true]}',
    '{"a":900719925474099,"b":1e99,"c":"\\n"}',
    '{"a":0.30000000000000004,"b":-1.5e-300}',
    '{"a":"9007199254740993","b":"1e999","c":"constructor of \\"_x\\""}',
    ' { "a" : [ ] }',
    deep(32),
    `[${deep(31)},${deep(31)}]`,
  ])("if it is %s", (text) => {
    expect(isPlainJson(JsonText.of(text))).toBe(true);
  });

  it.each([
    '{"a":9007199254740993}',
    '{"a":-1.25e999}',
    '{"a":1e999}',
    '{"a":1E+400}',
    '"\\u0000"',
    '"\\ud800"',
    '{"__proto__":1}',
    '{"constructor":{"prototype":1}}',
    '{"_raw":"x"}',
    '{"a":1,"b":{"_":2}}',
    '{"\\u005fraw":"x"}',
    '{"a":"x',
    deep(33),
  ])("not if it is %s", (text) => {
    expect(isPlainJson(JsonText.of(text))).toBe(false);
  });

  it("only if a walk through its value finds nothing", () => {
    const number = fc.constantFrom(
      "1",
      "-0.5",
      "1e3",
      "1e308",
      "1e309",
      "-1E+999",
      "9007199254740993",
      "1".repeat(400),
    );
    const text = fc.constantFrom('"a"', '"\\u0000"', '"\\udc00"', '"__proto__"', '"é"');
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 5 },
        number,
        text,
        fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join()}]`),
        fc.dictionary(fc.constantFrom("a", "__proto__", "constructor", "prototype"), tie("json"), { maxKeys: 2 }).map(
          (fields) =>
            `{${Object.entries(fields)
              .map(([key, value]) => `"${key}":${value}`)
              .join()}}`,
        ),
      ),
    }));
    fc.assert(
      fc.property(json, (written) => {
        if (isPlainJson(JsonText.of(written)))
          expect(findJsonProblems(JSON.parse(written), () => written, 1)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
