import fc from "fast-check";
import { expect, test } from "vitest";
import { createIntervalTimetable } from "./create-interval-timetable.ts";

test("the runs of an interval keep their phase", () => {
  const anchor = new Date("2027-01-01T00:00:00.250Z");
  const timetable = createIntervalTimetable(5_000, anchor);
  expect(timetable.nextAfter(anchor)).toEqual(new Date("2027-01-01T00:00:05.250Z"));
  expect(timetable.nextAfter(new Date("2027-03-01T12:34:57.000Z"))).toEqual(new Date("2027-03-01T12:35:00.250Z"));
  expect(timetable.lastUntil(new Date("2027-01-01T00:00:11.000Z"), 2)).toEqual([
    new Date("2027-01-01T00:00:05.250Z"),
    new Date("2027-01-01T00:00:10.250Z"),
  ]);
});

test("wherever one looks, the next run is one interval after the last", () => {
  const moment = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
  const cases = fc.record({ intervalMs: fc.integer({ min: 1_000, max: 1e10 }), anchor: moment, seen: moment });
  fc.assert(
    fc.property(cases, ({ intervalMs, anchor, seen }) => {
      const timetable = createIntervalTimetable(intervalMs, anchor);
      const [last] = timetable.lastUntil(seen, 1);
      const next = timetable.nextAfter(seen)!;
      expect(next.getTime() - last!.getTime()).toBe(intervalMs);
      expect(last! <= seen && seen < next).toBe(true);
      expect(Math.abs(next.getTime() - anchor.getTime()) % intervalMs).toBe(0);
    }),
  );
});
