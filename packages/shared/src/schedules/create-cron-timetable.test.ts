import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCronTimetable } from "./create-cron-timetable.ts";

function runsAfter(expression: string, timeZone: string, from: string, count: number): string[] {
  const timetable = createCronTimetable(expression, timeZone);
  const runs: string[] = [];
  let run: Date | null = new Date(from);
  while (runs.length < count && (run = timetable.nextAfter(run))) runs.push(run.toISOString().slice(0, 16));
  return runs;
}

describe("a cron expression", () => {
  it.each([
    ["*/15 9 * * MON-FRI", "UTC", "2027-01-01T09:20:00Z", ["2027-01-01T09:30", "2027-01-01T09:45", "2027-01-04T09:00"]],
    ["30 */20 * * * *", "UTC", "2027-01-01T00:00:00Z", ["2027-01-01T00:00", "2027-01-01T00:20", "2027-01-01T00:40"]],
    ["0 12 29 2 *", "UTC", "2027-01-01T00:00:00Z", ["2028-02-29T12:00", "2032-02-29T12:00"]],
    ["0 0 13 * FRI", "UTC", "2027-08-01T00:00:00Z", ["2027-08-06T00:00", "2027-08-13T00:00", "2027-08-20T00:00"]],
    ["0 0 L * *", "UTC", "2027-02-01T00:00:00Z", ["2027-02-28T00:00", "2027-03-31T00:00"]],
    ["0 9 * * *", "Asia/Kolkata", "2027-01-01T00:00:00Z", ["2027-01-01T03:30", "2027-01-02T03:30"]],
  ])("%s in %s runs as it says", (expression, timeZone, from, runs) => {
    expect(runsAfter(expression, timeZone, from, runs.length)).toEqual(runs);
  });

  it.each(["0 0 30 2 *", "0 0 31 4,6,9,11 *"])("%s, of days that no year has, never runs", (expression) => {
    expect(createCronTimetable(expression, "UTC").nextAfter(new Date())).toBeNull();
  });

  it.each(["", "* * * *", "* * * * * * *", "61 * * * *", "a b c d e", "0 22-2 * * *"])("%j is none", (expression) => {
    expect(() => createCronTimetable(expression, "UTC")).toThrow();
  });
});

describe("on the day that a clock is put forward", () => {
  it.each([
    // The clock goes from 02:00 to 03:00, at 01:00 UTC.
    ["30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", ["2027-03-28T01:00", "2027-03-29T00:30"]],
    ["0,30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", ["2027-03-28T01:00", "2027-03-29T00:00"]],
    // At 07:00 UTC.
    ["30 2 * * *", "America/New_York", "2027-03-13T12:00:00Z", ["2027-03-14T07:00", "2027-03-15T06:30"]],
    // From 02:00 to 02:30 only, at 15:30 UTC of the day before.
    ["15 2 * * *", "Australia/Lord_Howe", "2027-10-02T00:00:00Z", ["2027-10-02T15:30", "2027-10-03T15:15"]],
    ["30 2 * * *", "Asia/Tokyo", "2027-03-27T00:00:00Z", ["2027-03-27T17:30", "2027-03-28T17:30"]],
  ])("%s in %s runs when the clock goes on", (expression, timeZone, from, runs) => {
    expect(runsAfter(expression, timeZone, from, runs.length)).toEqual(runs);
  });

  it("a step goes on in the time that really passes", () => {
    const runs = ["2027-03-28T00:30", "2027-03-28T01:00", "2027-03-28T01:30"];
    expect(runsAfter("*/30 * * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", 3)).toEqual(runs);
  });
});

describe("on the day that a clock is put back", () => {
  it.each([
    // 02:00 to 03:00 comes at 00:00 UTC, and again at 01:00 UTC.
    ["30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", ["2027-10-31T00:30", "2027-11-01T01:30"]],
    [
      "0,30 2 * * *",
      "Europe/Berlin",
      "2027-10-30T12:00:00Z",
      ["2027-10-31T00:00", "2027-10-31T00:30", "2027-11-01T01:00"],
    ],
    ["30 1 * * *", "America/New_York", "2027-11-06T12:00:00Z", ["2027-11-07T05:30", "2027-11-08T06:30"]],
    ["45 1 * * *", "Australia/Lord_Howe", "2027-04-03T00:00:00Z", ["2027-04-03T14:45", "2027-04-04T15:15"]],
    ["30 2 * * *", "Asia/Tokyo", "2027-10-30T00:00:00Z", ["2027-10-30T17:30", "2027-10-31T17:30"]],
  ])("%s in %s runs once", (expression, timeZone, from, runs) => {
    expect(runsAfter(expression, timeZone, from, runs.length)).toEqual(runs);
  });

  it("a step goes on in the time that really passes", () => {
    const runs = ["2027-10-31T00:00", "2027-10-31T01:00", "2027-10-31T02:00"];
    expect(runsAfter("0 * * * *", "Europe/Berlin", "2027-10-30T23:30:00Z", 3)).toEqual(runs);
  });
});

const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "UTC"];
const moments = fc.date({ min: new Date("2020-01-01"), max: new Date("2035-01-01"), noInvalidDate: true });

describe("in any time zone, at any time of the year", () => {
  it("an expression with one hour runs once on every day, and on each in turn", () => {
    const times = fc.record({ hour: fc.nat(23), minute: fc.nat(59), zone: fc.constantFrom(...zones), from: moments });
    fc.assert(
      fc.property(times, ({ hour, minute, zone, from }) => {
        const timetable = createCronTimetable(`${minute} ${hour} * * *`, zone);
        const dayOf = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short" });
        let run = timetable.nextAfter(from)!;
        for (let day = 0; day < 20; day += 1) {
          const next = timetable.nextAfter(run)!;
          const passed = Date.parse(dayOf.format(next)) - Date.parse(dayOf.format(run));
          expect(passed).toBe(24 * 60 * 60_000);
          run = next;
        }
      }),
      { numRuns: 200 },
    );
  });

  it("what was, seen from behind, is what would be, seen from before", () => {
    const expressions = ["30 2 * * *", "*/20 * * * *", "0 1-3 * * *", "15 */2 * * SUN", "0 0 1 * *"];
    const cases = fc.record({
      expression: fc.constantFrom(...expressions),
      zone: fc.constantFrom(...zones),
      from: moments,
    });
    fc.assert(
      fc.property(cases, ({ expression, zone, from }) => {
        const timetable = createCronTimetable(expression, zone);
        const ahead: Date[] = [];
        for (let run = timetable.nextAfter(from)!; ahead.length < 10; run = timetable.nextAfter(run)!) ahead.push(run);
        expect(timetable.lastUntil(ahead.at(-1)!, 10)).toEqual(ahead);
      }),
      { numRuns: 200 },
    );
  });
});
