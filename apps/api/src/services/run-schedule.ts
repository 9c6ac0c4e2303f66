import type { Db } from "@longshore/shared/db/create-database";
import { insertJobs } from "@longshore/shared/jobs/insert-jobs";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { toScheduledJob } from "@longshore/shared/schedules/to-scheduled-job";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import { findSchedule, type ScheduleKey } from "./find-schedule.ts";

export type RunScheduleDeps = { db: Db; producer: Producer; flow: Pick<FlowMeter, "countIn"> };

/** By which request. */
type Origin = { requestId: string; traceparent: string };

/**
 * Submits a job of a schedule now, also while it is paused; its next runs stay as they are. While the job of an earlier run
 * is not over and the schedule lets none overlap, that one is answered. Throws `not_found`, and `unknown_kind` and
 * `validation_failed` if the schedule no longer fits its kind.
 */
export function createRunSchedule({ db, producer, flow }: RunScheduleDeps) {
  return async function runSchedule(key: ScheduleKey, origin: Origin, log: Logger): Promise<JobView> {
    const { job, deduplicated } = await db.transaction().execute(async (trx) => {
      const schedule = await findSchedule(trx, key, { lock: true });
      const [insertion] = await insertJobs(trx, [toScheduledJob(schedule, origin)]);
      const { job: submitted } = insertion!;
      await trx
        .updateTable("schedules")
        .set({ last_job_id: submitted.id, last_run_at: submitted.created_at })
        .where("id", "=", schedule.id)
        .execute();
      return insertion!;
    });
    if (!deduplicated) {
      flow.countIn([job]);
      await producer.enqueue(toEntries([job])).catch((error: unknown) => {
        log.warn({ err: error, jobId: job.id }, "the queue is away: the reconciler will enqueue this job");
      });
    }
    return toJobView(job);
  };
}
