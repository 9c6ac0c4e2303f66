import type { ScheduleRow } from "../db/schema.ts";
import { createCronTimetable } from "./create-cron-timetable.ts";
import { createIntervalTimetable } from "./create-interval-timetable.ts";
import type { Timetable } from "./timetable.ts";

export type Timing = Pick<ScheduleRow, "cron" | "time_zone" | "interval_ms" | "next_run_at">;

/** The timetable of a stored schedule. Throws if its expression or its time zone is none any more. */
export function timetableOf({ cron, time_zone, interval_ms, next_run_at }: Timing): Timetable {
  if (cron !== null) return createCronTimetable(cron, time_zone!);
  return createIntervalTimetable(interval_ms!, next_run_at!);
}
