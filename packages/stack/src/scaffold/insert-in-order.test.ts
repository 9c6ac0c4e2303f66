import { describe, expect, test } from "vitest";
import { insertInOrder } from "./insert-in-order.ts";

const like = /^ {2}(\w+),$/;

describe("insertInOrder", () => {
  test.each([
    ["  a,", "{\n  a,\n  b,\n  d,\n}\n"],
    ["  c,", "{\n  b,\n  c,\n  d,\n}\n"],
    ["  e,", "{\n  b,\n  d,\n  e,\n}\n"],
  ])("puts %j where it belongs", (line, expected) => {
    expect(insertInOrder("{\n  b,\n  d,\n}\n", line, like)).toBe(expected);
  });

  test("refuses a text in which nothing is like the line", () => {
    expect(() => insertInOrder("{}\n", "  a,", like)).toThrow("There is no place for this line: a,");
  });
});
