import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

describe("backoff", () => {
  it("doubles with each failure and stays under its cap", () => {
    const longest = [1, 2, 3, 4, 20, 2_000].map((failures) => backoffMs(failures, { random: () => 1 }));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it("spreads over the upper half", () => {
    expect(backoffMs(3, { random: () => 0 })).toBe(1_000);
    expect(backoffMs(3, { random: () => 1 })).toBe(2_000);
  });
});
