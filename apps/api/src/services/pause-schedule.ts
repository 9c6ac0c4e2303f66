import type { Db } from "@longshore/shared/db/create-database";
import { toScheduleView, type ScheduleView } from "@longshore/shared/schedules/schedule-view";
import { findSchedule, type ScheduleKey } from "./find-schedule.ts";
import { findNextRun } from "./to-schedule-columns.ts";

/** Pauses or resumes a schedule. What would have run meanwhile is not made up for. Throws `not_found`. */
export function createPauseSchedule(db: Db) {
  return async function pauseSchedule(key: ScheduleKey, paused: boolean): Promise<ScheduleView> {
    return db.transaction().execute(async (trx) => {
      const known = await findSchedule(trx, key, { lock: true });
      const schedule = await trx
        .updateTable("schedules")
        .set({ paused, next_run_at: findNextRun(known, paused), updated_at: new Date() })
        .where("id", "=", known.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return toScheduleView(schedule);
    });
  };
}
