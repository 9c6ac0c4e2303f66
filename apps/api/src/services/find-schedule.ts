import type { Kysely } from "kysely";
import type { Database, ScheduleRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";

export type ScheduleKey = { tenant: string; id: string };

/** Finds a schedule, and locks it until the transaction ends if that is asked for. Throws `not_found`. */
export async function findSchedule(
  db: Kysely<Database>,
  { tenant, id }: ScheduleKey,
  { lock = false } = {},
): Promise<ScheduleRow> {
  const schedule = await db
    .selectFrom("schedules")
    .selectAll()
    .where("tenant", "=", tenant)
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!schedule) throw scheduleNotFound(id);
  return schedule;
}

export function scheduleNotFound(id: string): AppError {
  return new AppError("not_found", { message: `There is no schedule ${id}` });
}
