import type { ScheduleRow } from "../db/schema.ts";
import { timetableOf, type Timing } from "./timetable-of.ts";

/** Of more missed runs than this, `all` catches up with the last ones. */
const mostCaughtUp = 100;
/** A run that is late by less than this was not missed: workers were being deployed, or had much to do. */
const lateMs = 60_000;

export type DueSchedule = Timing & Pick<ScheduleRow, "catch_up"> & { next_run_at: Date };

export type Plan = {
  /** The runs to start now, by the schedule's policy for those that were missed. */
  runs: Date[];
  /** Whether the last run was missed for good. */
  missed: boolean;
  nextRunAt: Date | null;
};

/** What is to be done about a schedule that is due, and when it is due again. */
export function planRuns(schedule: DueSchedule, now: Date): Plan {
  const timetable = timetableOf(schedule);
  const due = timetable
    .lastUntil(now, schedule.catch_up === "all" ? mostCaughtUp : 1)
    .filter((run) => run >= schedule.next_run_at);
  const late = (run: Date) => now.getTime() - run.getTime() <= lateMs;
  const runs = schedule.catch_up === "skip" ? due.filter(late) : due;
  return { runs, missed: runs.length < due.length, nextRunAt: timetable.nextAfter(now) };
}
