import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { isRowError } from "@longshore/shared/db/sql-error";
import { AppError } from "@longshore/shared/errors";
import { findReleasedChunks } from "@longshore/shared/imports/find-released-chunks";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry, type Entry } from "@longshore/shared/queue/entry";
import { newId } from "@longshore/shared/new-id";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { lockJob, type LockedJob } from "./lock-job.ts";

export type RetryJobDeps = { db: Db; board: StatusBoard; producer: Producer };

/**
 * Queues a job again that failed, was cancelled or expired, under its id and with a new series of attempts. An import goes
 * on with the chunks that were not applied. Throws `not_found` and `illegal_state`.
 */
export function createRetryJob({ db, board, producer }: RetryJobDeps) {
  return async function retryJob(jobId: string, tenant: string, log: Logger): Promise<JobView> {
    const { job, imported, entries } = await db.transaction().execute(async (trx) => {
      const locked = await lockJob(trx, jobId, tenant);
      const requeued = await requeue(trx, locked);
      await board.forget(jobId, requeued.revision);
      return { ...locked, job: requeued, entries: await entriesOf(trx, { ...locked, job: requeued }) };
    });

    await board.ring([jobId]);
    await producer.enqueue(entries).catch((error: unknown) => {
      log.warn({ err: error, jobId }, "the queue is away: the reconciler will enqueue this job");
    });
    return toJobView(job, imported);
  };
}

async function requeue(trx: Transaction<Database>, { job, imported }: LockedJob): Promise<JobRow> {
  if (job.state !== "failed" && job.state !== "cancelled" && job.state !== "expired") {
    throw illegal(`The job is ${job.state}: only one that failed, was cancelled or expired can be run again`);
  }
  if (imported) await reopenChunks(trx, job.id);
  try {
    return await trx
      .updateTable("jobs")
      .set((eb) => ({
        state: "queued",
        attempt: 0,
        settled_delivery: eb.ref("delivery"),
        entry: imported ? null : newId(),
        error: null,
        // It waits from now on.
        run_at: sql<Date>`now()`,
        expires_at: null,
        finished_at: null,
        webhook_job_id: null,
        revision: eb("revision", "+", 1),
        updated_at: sql<Date>`now()`,
      }))
      .where("id", "=", job.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (!isRowError(error) || error.constraint !== "jobs_pending_by_dedup_key") throw error;
    throw illegal(`Another job with the dedupKey ${JSON.stringify(job.dedup_key)} is pending`);
  }
}

async function reopenChunks(trx: Transaction<Database>, jobId: string): Promise<void> {
  await trx
    .updateTable("import_chunks")
    .set({ delivery: 0, last_error: null })
    .where("job_id", "=", jobId)
    .where("state", "=", "pending")
    .execute();
}

async function entriesOf(trx: Transaction<Database>, { job, imported }: LockedJob): Promise<Entry[]> {
  return imported ? (await findReleasedChunks(trx, job.id)).map(chunkEntry) : toEntries([job]);
}

function illegal(message: string): AppError {
  return new AppError("illegal_state", { message });
}
