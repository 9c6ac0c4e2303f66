import type { ScheduleRow } from "@longshore/shared/db/schema";
import { timetableOf } from "@longshore/shared/schedules/timetable-of";
import type { ScheduleBody } from "./schedule-body.ts";

type Known = Pick<ScheduleRow, "cron" | "time_zone" | "interval_ms" | "next_run_at" | "paused">;

/** What is stored of a schedule: a new one, or a `known` one that is to become this. */
export function toScheduleColumns(body: ScheduleBody, known?: Known) {
  const cron = body.cron ?? null;
  const timing = {
    cron,
    time_zone: cron === null ? null : (body.timeZone ?? "UTC"),
    interval_ms: body.intervalMs ?? null,
  };
  const paused = body.paused ?? false;
  return {
    name: body.name,
    kind: body.kind,
    payload: JSON.stringify(body.payload),
    options: JSON.stringify(body.options ?? {}),
    ...timing,
    catch_up: body.catchUp ?? "once",
    overlap: body.overlap ?? "allow",
    paused,
    next_run_at: isSame(timing, known) ? findNextRun(known, paused) : findFirstRun(timing),
  };
}

/** When a schedule runs next that is paused, resumed or left as it is: its phase stays, and what a pause held up is not made up for. */
export function findNextRun(known: Known, paused: boolean, now = new Date()): Date | null {
  return known.paused && !paused ? timetableOf(known).nextAfter(now) : known.next_run_at;
}

type Timing = Pick<Known, "cron" | "time_zone" | "interval_ms">;

function isSame(timing: Timing, known: Known | undefined): known is Known {
  return (
    known?.cron === timing.cron && known.time_zone === timing.time_zone && known.interval_ms === timing.interval_ms
  );
}

function findFirstRun(timing: Timing, now = new Date()): Date | null {
  return timetableOf({ ...timing, next_run_at: now }).nextAfter(now);
}
