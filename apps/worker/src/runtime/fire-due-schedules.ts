import { sql, type Transaction } from "kysely";
import type { Database, JobError, JobRow, ScheduleRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import { clientKinds } from "@longshore/shared/jobs/contracts";
import { insertJobs } from "@longshore/shared/jobs/insert-jobs";
import { planRuns, type DueSchedule } from "@longshore/shared/schedules/plan-runs";
import { toScheduledJob } from "@longshore/shared/schedules/to-scheduled-job";
import type { Tracing } from "@longshore/shared/tracing/tracing";

/** What a due schedule came to: jobs, or the reason why there are none. */
export type Fired = { schedule: ScheduleRow; jobs: JobRow[]; nextRunAt: Date | null; error: JobError | null };

/** Another version of the worker may know a kind that this one does not: it has a minute, and then the schedule says why. */
const mayBeFiredHere = sql<boolean>`(kind = any(${[...clientKinds]}::text[]) or next_run_at <= now() - interval '1 minute')`;

/** Inserts the jobs of schedules that are due, `most` of them, and plans their next runs. Others may do so meanwhile. */
export async function fireDueSchedules(trx: Transaction<Database>, most: number, tracing: Tracing): Promise<Fired[]> {
  const due = await trx
    .selectFrom("schedules")
    .selectAll()
    // One clock for all processes.
    .select(sql<Date>`now()`.as("now"))
    .where("paused", "=", false)
    .where("next_run_at", "<=", sql<Date>`now()`)
    .where(mayBeFiredHere)
    .orderBy("next_run_at")
    .limit(most)
    .forUpdate()
    .skipLocked()
    .execute();
  if (due.length === 0) return [];

  const fired = due.map(({ now, ...schedule }) => fire(schedule as ScheduleRow & DueSchedule, now, tracing));
  const insertions = await insertJobs(
    trx,
    fired.flatMap(({ jobs }) => jobs),
  );
  const inserted = new Set(insertions.filter(({ deduplicated }) => !deduplicated).map(({ job }) => job.id));
  for (const run of fired) dropOverlapping(run, inserted);
  await advance(trx, fired, due[0]!.now);
  return fired;
}

/** A schedule that cannot be fired holds up no other: it says why, and is due again in its time. */
function fire(schedule: ScheduleRow & DueSchedule, now: Date, tracing: Tracing): Fired {
  let nextRunAt: Date | null = null;
  try {
    const plan = planRuns(schedule, now);
    nextRunAt = plan.nextRunAt;
    const jobs = plan.runs.map((runAt) =>
      toScheduledJob(schedule, { runAt, traceparent: beginTrace(schedule, tracing) }),
    );
    const error = plan.missed ? { code: "missed", message: "The run was missed, and catchUp is skip" } : null;
    return { schedule, jobs, nextRunAt, error };
  } catch (error) {
    const code = error instanceof AppError ? error.code : "internal";
    return { schedule, jobs: [], nextRunAt, error: { code, message: (error as Error).message } };
  }
}

/** Each run is a trace of its own: nobody asked for it. */
function beginTrace({ id }: ScheduleRow, tracing: Tracing): string {
  const span = tracing.start("fire schedule", { kind: "consumer", attributes: { "longshore.schedule.id": id } });
  span.end();
  return span.traceparent;
}

function dropOverlapping(run: Fired, inserted: ReadonlySet<string>): void {
  const left = run.jobs.filter(({ id }) => inserted.has(id));
  if (run.jobs.length > 0 && left.length === 0) {
    run.error = { code: "overlap", message: "The job of an earlier run is not over, and overlap is skip" };
  }
  run.jobs = left;
}

async function advance(trx: Transaction<Database>, fired: readonly Fired[], now: Date): Promise<void> {
  const changes = fired.map(({ schedule, jobs, nextRunAt, error }) => ({
    id: schedule.id,
    nextRunAt,
    lastJobId: jobs.at(-1)?.id ?? null,
    error: error && { ...error, at: now },
  }));
  await sql`
    update schedules set next_run_at = change."nextRunAt", last_error = change.error,
      last_job_id = coalesce(change."lastJobId", last_job_id),
      last_run_at = case when change."lastJobId" is null then last_run_at else now() end
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      as change (id uuid, "nextRunAt" timestamptz, "lastJobId" uuid, error jsonb)
    where schedules.id = change.id`.execute(trx);
}
