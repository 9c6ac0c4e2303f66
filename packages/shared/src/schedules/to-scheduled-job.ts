import type { JobRow, ScheduleRow } from "../db/schema.ts";
import { checkKind } from "../jobs/check-kind.ts";
import { toJobRow } from "../jobs/to-job-row.ts";
import type { ScheduleOptions } from "./schedule-options.ts";

type ScheduledOrigin = { runAt?: Date | null; requestId?: string | null; traceparent?: string | null };

/**
 * The row of a job that a schedule submits: for the run that was due at `runAt`, or for one that somebody asked for.
 * Throws `unknown_kind` and `validation_failed`: what was right when the schedule was made need not be so any more.
 */
export function toScheduledJob(
  schedule: ScheduleRow,
  { runAt = null, requestId = null, traceparent = null }: ScheduledOrigin = {},
): JobRow {
  const { id, tenant, kind, payload, overlap } = schedule;
  checkKind({ kind, payload });
  const { expiresInMs, ...options } = schedule.options as ScheduleOptions;
  const job = toJobRow({ kind, payload, options }, { tenant, requestId, traceparent, scheduleId: id });
  job.run_at = runAt;
  if (expiresInMs !== undefined) job.expires_at = new Date(job.created_at.getTime() + expiresInMs);
  if (overlap === "skip") job.dedup_key = `schedule:${id}`;
  return job;
}
