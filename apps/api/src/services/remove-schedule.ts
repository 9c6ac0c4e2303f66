import type { Db } from "@longshore/shared/db/create-database";
import { scheduleNotFound, type ScheduleKey } from "./find-schedule.ts";

/** Removes a schedule. The jobs that it has submitted stay. Throws `not_found`. */
export function createRemoveSchedule(db: Db) {
  return async function removeSchedule({ tenant, id }: ScheduleKey): Promise<void> {
    const { numDeletedRows } = await db
      .deleteFrom("schedules")
      .where("tenant", "=", tenant)
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw scheduleNotFound(id);
  };
}
