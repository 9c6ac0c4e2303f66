import type { Timetable } from "./timetable.ts";

/** Runs that are `intervalMs` apart, for ever, before and after the `anchor`, which is one of them. */
export function createIntervalTimetable(intervalMs: number, anchor: Date): Timetable {
  const phaseMs = anchor.getTime();
  const last = (moment: Date) => phaseMs + Math.floor((moment.getTime() - phaseMs) / intervalMs) * intervalMs;
  return {
    nextAfter: (moment) => new Date(last(moment) + intervalMs),
    lastUntil: (moment, most) =>
      Array.from({ length: most }, (_, index) => new Date(last(moment) - (most - 1 - index) * intervalMs)),
  };
}
