import fc from "fast-check";
import { expect, test } from "vitest";
import { describeSyntaxError } from "./describe-syntax-error.ts";

function describeMistake(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return describeSyntaxError(error as SyntaxError, text);
  }
}

test.each([
  ["[1,]", 3, 1, 4],
  ['{"a":NaN}', 5, 1, 6],
  ['{"a":\n  tru}', 8, 2, 3],
  ['{"a":,"b":1}', 5, 1, 6],
  ["x", 0, 1, 1],
  ["[ , 1]", 2, 1, 3],
  ['["x]", ]', 7, 1, 8],
])("the mistake in %j is at position %i", (text, position, line, column) => {
  expect(describeMistake(text)).toContain(`at position ${position} (line ${line} column ${column})`);
});

test("a text that ends too early needs no position", () => {
  expect(describeMistake('{"a":')).toBe("Unexpected end of JSON input");
});

test("whatever is wrong, the place is said, and what stands before it could have become JSON", () => {
  const mutation = fc.record({
    at: fc.nat(),
    cut: fc.nat({ max: 3 }),
    put: fc.constantFrom("", ",", "]", "}", ":", "x", '"', "1", "[", "\n"),
  });
  fc.assert(
    fc.property(fc.json(), mutation, (json, { at, cut, put }) => {
      const start = at % (json.length + 1);
      const text = json.slice(0, start) + put + json.slice(start + cut);
      const message = describeMistake(text);
      if (message === undefined || message === "Unexpected end of JSON input") return;
      const position = Number(/at position (\d+)/.exec(message)?.[1]);
      expect(position).toBeGreaterThanOrEqual(0);
      if (message.startsWith("Unexpected token")) {
        expect(describeMistake(text.slice(0, position))).toBe("Unexpected end of JSON input");
      }
    }),
    { numRuns: 2_000 },
  );
});
