import fc from "fast-check";
import { expect, it } from "vitest";
import { parseAsWritten } from "./parse-as-written.ts";

it.each([
  '{"id":9007199254740993}',
  '{"a":[1e999,-1E-7,1.0,-0,6.02e23]}',
  '{"__proto__":{"a":1},"b":"1e999"}',
  "12345678901234567890",
])("%s is written out as it came", (text) => {
  expect(JSON.stringify(parseAsWritten(text))).toBe(text);
});

it("whatever JSON.stringify writes is written out the same", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const written = JSON.stringify(JSON.parse(text));
      expect(JSON.stringify(parseAsWritten(written))).toBe(written);
    }),
  );
});
