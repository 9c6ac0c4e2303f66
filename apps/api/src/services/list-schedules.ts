import type { Db } from "@longshore/shared/db/create-database";
import { toScheduleView, type ScheduleView } from "@longshore/shared/schedules/schedule-view";

export type SchedulePage = { tenant: string; limit: number; after: string | undefined };

/** Lists schedules, the newest first, from behind the one with the id `after`; `next` is where the next page begins. */
export function createListSchedules(db: Db) {
  return async function listSchedules({
    tenant,
    limit,
    after,
  }: SchedulePage): Promise<{ items: ScheduleView[]; next: string | null }> {
    const schedules = await db
      .selectFrom("schedules")
      .selectAll()
      .where("tenant", "=", tenant)
      .$if(after !== undefined, (query) => query.where("id", "<", after!))
      .orderBy("id", "desc")
      .limit(limit + 1)
      .execute();
    const items = schedules.slice(0, limit).map((schedule) => toScheduleView(schedule));
    return { items, next: schedules.length > limit ? items.at(-1)!.id : null };
  };
}
