import { describe, expect, it } from "vitest";
import { toCopyText } from "./copy-text.ts";

describe("COPY's text format", () => {
  it.each([
    ["plain", "plain"],
    ["", ""],
    ["a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e"],
    ["\\N", "\\\\N"],
    ["\\.", "\\\\."],
    [null, "\\N"],
    [undefined, "\\N"],
    [1.5, "1.5"],
    [true, "true"],
    [{ a: "\n" }, '{"a":"\\\\n"}'],
  ])("writes %j as %j", (value, text) => {
    expect(toCopyText(value)).toBe(text);
  });
});
