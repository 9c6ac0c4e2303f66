import { describe, expect, it } from "vitest";
import { deriveProfile } from "./users-process.ts";

describe("a profile", () => {
  it.each([
    ["Ada Lovelace", "AL"],
    ["  grace   brewster hopper ", "GBH"],
    ["Élise", "É"],
    ["😀 x", "😀X"],
  ])("of %j has the initials %s", (name, initials) => {
    expect(deriveProfile({ name, email: "x@example.com" }).initials).toBe(initials);
  });

  it("has the domain behind the last @", () => {
    expect(deriveProfile({ name: "x", email: '"a@b"@example.com' }).emailDomain).toBe("example.com");
  });
});
