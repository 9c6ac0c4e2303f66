import { expect, test } from "vitest";
import { readWait } from "./read-wait.ts";

test.each([
  ["wait=5", 5],
  ["respond-async, wait=10", 10],
  ['Wait = "7"; x=y, wait=9', 7],
  ["wait=60", 60],
  ["wait=61", 60],
  ["wait=0", 0],
  ["wait", undefined],
  ["wait=soon", undefined],
  ["wait=-1", undefined],
  ["wait=1.5", undefined],
  ["await=5", undefined],
  ["", undefined],
  [undefined, undefined],
])("Prefer: %s asks to wait for %s seconds", (prefer, seconds) => {
  expect(readWait(prefer)).toBe(seconds);
});
