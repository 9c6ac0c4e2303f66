import { describe, expect, it } from "vitest";
import type { CatchUp } from "../db/schema.ts";
import { planRuns } from "./plan-runs.ts";

const now = new Date("2027-01-01T12:00:00.400Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
const minute = 60_000;

function plan(catch_up: CatchUp, dueForMs: number, timing: { cron?: string; interval_ms?: number } = {}) {
  const { cron = null, interval_ms = null } = timing;
  return planRuns({ cron, time_zone: cron && "UTC", interval_ms, catch_up, next_run_at: ago(dueForMs) }, now);
}

describe("a schedule that is due", () => {
  it.each<CatchUp>(["skip", "once", "all"])("runs once, with %s too", (catchUp) => {
    const { runs, nextRunAt } = plan(catchUp, 300, { interval_ms: minute });
    expect(runs).toEqual([ago(300)]);
    expect(nextRunAt).toEqual(ago(300 - minute));
  });

  it("does not run for a time that its expression no longer names", () => {
    const { runs, nextRunAt } = plan("once", 30 * minute, { cron: "0 13 * * *" });
    expect(runs).toEqual([]);
    expect(nextRunAt).toEqual(new Date("2027-01-01T13:00:00Z"));
  });
});

describe("runs that were missed", () => {
  const hourly = { cron: "0 * * * *" };

  it("are one run with once: the last of them", () => {
    const { runs, nextRunAt } = plan("once", 3 * 60 * minute + 400, hourly);
    expect(runs).toEqual([new Date("2027-01-01T12:00:00Z")]);
    expect(nextRunAt).toEqual(new Date("2027-01-01T13:00:00Z"));
  });

  it("are each a run with all", () => {
    const { runs } = plan("all", 3 * 60 * minute + 400, hourly);
    expect(runs.map((run) => run.getUTCHours())).toEqual([9, 10, 11, 12]);
  });

  it("are the last hundred with all, were there ever so many", () => {
    const { runs, nextRunAt } = plan("all", 10_000 * minute, { interval_ms: minute });
    expect(runs).toHaveLength(100);
    expect(runs.at(-1)).toEqual(now);
    expect(nextRunAt).toEqual(ago(-minute));
  });

  it("are none with skip, unless the last is only late", () => {
    expect(plan("skip", 2 * 60 * minute, { interval_ms: 60 * minute }).runs).toEqual([now]);
    expect(plan("skip", minute, { interval_ms: 60 * minute }).runs).toEqual([ago(minute)]);
    expect(plan("skip", minute + 1, { interval_ms: 60 * minute })).toMatchObject({ runs: [], missed: true });
  });

  it("of a year at every second are found at once", () => {
    const start = performance.now();
    expect(plan("all", 365 * 24 * 60 * minute, { cron: "* * * * * *" }).runs).toHaveLength(100);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
