import type { Db } from "@longshore/shared/db/create-database";
import type { ScheduleRow } from "@longshore/shared/db/schema";
import { toScheduleView, type ScheduleView } from "@longshore/shared/schedules/schedule-view";
import { validate } from "@longshore/shared/validation/validate";
import type { CheckJob } from "./check-job.ts";
import { findSchedule, type ScheduleKey } from "./find-schedule.ts";
import { refuseTakenName } from "./refuse-taken-name.ts";
import { scheduleSchema, type ScheduleBody, type ScheduleChanges } from "./schedule-body.ts";
import { toScheduleColumns } from "./to-schedule-columns.ts";

/**
 * Changes a schedule to what `describe` makes of it. Its timetable begins anew only if that is another one.
 * Throws `not_found`, `unknown_kind`, `validation_failed` and `already_exists`.
 */
export function createChangeSchedule(db: Db, checkJob: CheckJob) {
  return async function changeSchedule(
    key: ScheduleKey,
    describe: (known: ScheduleRow) => ScheduleBody,
  ): Promise<ScheduleView> {
    return db.transaction().execute(async (trx) => {
      const known = await findSchedule(trx, key, { lock: true });
      const body = validate(scheduleSchema, describe(known));
      checkJob(body);
      const schedule = await trx
        .updateTable("schedules")
        .set({ ...toScheduleColumns(body, known), last_error: null, updated_at: new Date() })
        .where("id", "=", known.id)
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(refuseTakenName(body.name));
      return toScheduleView(schedule);
    });
  };
}

type Sent = { [Name in keyof ScheduleBody]?: Exclude<ScheduleBody[Name], undefined> };

/** A schedule with some of it changed. One that gets a cron expression loses its interval, and the other way round. */
export function withChanges(known: ScheduleRow, changes: ScheduleChanges): ScheduleBody {
  const sent = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Sent;
  return {
    name: known.name,
    kind: known.kind,
    payload: known.payload,
    options: known.options,
    cron: sent.intervalMs ? null : known.cron,
    timeZone: sent.intervalMs ? null : known.time_zone,
    intervalMs: sent.cron ? null : known.interval_ms,
    catchUp: known.catch_up,
    overlap: known.overlap,
    paused: known.paused,
    ...sent,
  };
}
