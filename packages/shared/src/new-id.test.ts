import { describe, expect, it } from "vitest";
import { createdAtOf } from "./jobs/created-at-of.ts";
import { newId } from "./new-id.ts";

describe("newId", () => {
  // More than one page of random numbers.
  const ids = Array.from({ length: 5_000 }, newId);

  it("makes UUIDs of version 7", () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(ids.every((id) => form.test(id))).toBe(true);
  });

  it("makes each greater than the one before, also within a millisecond", () => {
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("begins each with the time", () => {
    const before = Date.now();
    const at = createdAtOf(newId());
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
  });
});
