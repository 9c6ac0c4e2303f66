import { describe, expect, it } from "vitest";
import { measurePace } from "./measure-pace.ts";

describe("a pace", () => {
  it("is that of the last whole period, and falls after a pause", () => {
    let now = 0;
    const pace = measurePace(100, () => now);
    pace.count(5);
    now = 90;
    pace.count(5);
    expect(pace.perPeriod()).toBe(0);
    now = 100;
    expect(pace.perPeriod()).toBe(10);
    pace.count(3);
    now = 200;
    expect(pace.perPeriod()).toBe(3);
    pace.count(40);
    now = 600;
    expect(pace.perPeriod()).toBe(10);
    now = 700;
    expect(pace.perPeriod()).toBe(0);
  });
});
