import { expect, test } from "vitest";
import { matchTag } from "./match-tag.ts";

test.each([
  ['"7"', '"7"', true],
  ['W/"7"', '"7"', true],
  ['"7.2"', 'W/"7.2"', true],
  ['"6", W/"7" , "8"', '"7"', true],
  ['"a,b"', '"a,b"', true],
  ["*", '"7"', true],
  [" * ", '"7"', true],
  ['"6","8"', '"7"', false],
  ['"77"', '"7"', false],
  ["7", '"7"', false],
  ["", '"7"', false],
  [undefined, '"7"', false],
])("If-None-Match %s and the tag %s: %s", (header, etag, matches) => {
  expect(matchTag(header, etag)).toBe(matches);
});
