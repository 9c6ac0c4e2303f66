import { newId } from "@longshore/shared/new-id";
import type { Insertable } from "kysely";
import type { Database } from "@longshore/shared/db/schema";

export type NewSchedule = Insertable<Database["schedules"]>;

/** A schedule with nothing special about it, due a moment ago. */
export function newSchedule(changes: Partial<NewSchedule> = {}): NewSchedule {
  const id = changes.id ?? newId();
  return {
    id,
    name: id,
    kind: "sleep",
    payload: JSON.stringify({ durationMs: 1 }),
    options: "{}",
    cron: null,
    time_zone: null,
    interval_ms: 60 * 60_000,
    catch_up: "once",
    overlap: "allow",
    next_run_at: new Date(Date.now() - 10),
    last_job_id: null,
    ...changes,
  };
}
