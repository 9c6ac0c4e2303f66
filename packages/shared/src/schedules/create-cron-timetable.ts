import { Cron } from "croner";
import type { Timetable } from "./timetable.ts";

/**
 * The runs of a cron expression of five fields, or six with seconds first, in an IANA time zone. An expression that names
 * its hours runs once on each day: a time that the clock leaves out is made up for when it goes on, a time that comes
 * twice counts once. One with a wildcard or a step follows the time that really passes. Throws for what is no expression.
 */
export function createCronTimetable(expression: string, timeZone: string): Timetable {
  const cron = new Cron(expression, { timezone: timeZone, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" });
  return {
    nextAfter: (moment) => cron.nextRun(moment),
    // Croner looks strictly before.
    lastUntil: (moment, most) => cron.previousRuns(most, new Date(moment.getTime() + 1)).toReversed(),
  };
}
