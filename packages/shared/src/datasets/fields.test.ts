import { describe, expect, it } from "vitest";
import { number, text } from "./fields.ts";

describe("text", () => {
  const field = text({ min: 1, max: 3 });

  it.each(["a", "abc", "é😀"])("accepts %j", (value) => {
    expect(field.safeParse(value).success).toBe(true);
  });

  it.each([
    ["a NUL", "a\u0000"],
    ["a lone surrogate", "\ud800"],
    ["too much", "abcd"],
    ["nothing", ""],
  ])("refuses %s", (_what, value) => {
    expect(field.safeParse(value).success).toBe(false);
  });
});

describe("number", () => {
  const field = number({ min: -90, max: 90 });

  it.each([
    [1.5, 1.5],
    ["1.5", 1.5],
    ["-0.25", -0.25],
    ["9e1", 90],
    [".5", 0.5],
  ])("reads %j as %d", (value, expected) => {
    expect(field.parse(value)).toBe(expected);
  });

  it.each(["", " ", "1,5", "0x10", "NaN", "Infinity", "1e999", null, true, 91, "91"])("refuses %j", (value) => {
    expect(field.safeParse(value).success).toBe(false);
  });
});
