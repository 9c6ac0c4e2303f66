import type { Db } from "@longshore/shared/db/create-database";
import { toScheduleView, type ScheduleView } from "@longshore/shared/schedules/schedule-view";
import { findSchedule, type ScheduleKey } from "./find-schedule.ts";

/** Reads a schedule. Throws `not_found`. */
export function createReadSchedule(db: Db) {
  return async function readSchedule(key: ScheduleKey): Promise<ScheduleView> {
    return toScheduleView(await findSchedule(db, key));
  };
}
