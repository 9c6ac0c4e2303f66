import fc from "fast-check";
import { expect, it } from "vitest";
import { checkJson } from "../validation/check-json.ts";
import { toJsonLine } from "./to-json-line.ts";

it.each([
  [{ a: 1e20 }, '{"a":1e+20}\n'],
  [{ a: [2 ** 53, -(2 ** 60)] }, '{"a":[9.007199254740992e+15,-1.152921504606847e+18]}\n'],
  [
    { a: 2 ** 53 - 1, b: 0.1 + 0.2, c: "1234567890123456" },
    '{"a":9007199254740991,"b":0.30000000000000004,"c":"1234567890123456"}\n',
  ],
])("%j is the line %s", (row, line) => {
  expect(toJsonLine(row)).toBe(line);
});

it("any number comes back from its line, and is not refused there", () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
      const line = toJsonLine([number]);
      expect(checkJson(JSON.parse(line), line)).toEqual([]);
      expect(JSON.parse(line)).toEqual([number === 0 ? 0 : number]);
    }),
  );
});
