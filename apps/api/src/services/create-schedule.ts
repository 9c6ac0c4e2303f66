import { newId } from "@longshore/shared/new-id";
import type { Db } from "@longshore/shared/db/create-database";
import { toScheduleView, type ScheduleView } from "@longshore/shared/schedules/schedule-view";
import type { CheckJob } from "./check-job.ts";
import type { ScheduleBody } from "./schedule-body.ts";
import { refuseTakenName } from "./refuse-taken-name.ts";
import { toScheduleColumns } from "./to-schedule-columns.ts";

/** Stores a schedule. Throws `unknown_kind`, `validation_failed` and, if the name is taken, `already_exists`. */
export function createCreateSchedule(db: Db, checkJob: CheckJob) {
  return async function createSchedule(body: ScheduleBody, tenant: string): Promise<ScheduleView> {
    checkJob(body);
    const schedule = await db
      .insertInto("schedules")
      .values({ id: newId(), tenant, ...toScheduleColumns(body) })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenName(body.name));
    return toScheduleView(schedule);
  };
}
