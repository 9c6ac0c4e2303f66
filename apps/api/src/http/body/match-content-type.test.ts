import { AppError } from "@longshore/shared/errors";
import { describe, expect, test } from "vitest";
import { matchContentType } from "./match-content-type.ts";

describe("matchContentType", () => {
  test.each([
    ["application/json", "application/json"],
    ["Application/JSON; charset=UTF-8", "application/json"],
    ['application/json; charset="utf-8"', "application/json"],
    ["application/vnd.example+json", "application/json"],
    ["text/csv; header=present", "text/csv"],
  ])("takes %s as %s", (header, type) => {
    expect(matchContentType(header, ["application/json", "text/csv"])).toBe(type);
  });

  test.each([undefined, "", "json", "text/plain", "application/json; charset=utf-16", "text/csv; charset=latin1"])(
    "refuses %s and names what it takes",
    (header) => {
      const match = () => matchContentType(header, ["application/json", "text/csv"]);
      expect(match).toThrow(AppError);
      expect(match).toThrow("send application/json or text/csv in UTF-8");
    },
  );

  test("does not take a +json type where JSON is not accepted", () => {
    expect(() => matchContentType("application/vnd.example+json", ["text/csv"])).toThrow(AppError);
  });
});
