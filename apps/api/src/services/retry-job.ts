import type { Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import { findReleasedChunks } from "@longshore/shared/imports/find-released-chunks";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry, type Entry } from "@longshore/shared/queue/entry";
import { queueFor } from "@longshore/shared/queue/names";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { lockJob, type LockedJob } from "./lock-job.ts";

export type RetryJobDeps = { db: Db; board: StatusBoard; producer: Producer };

/**
 * Queues a job again that failed or was cancelled, under its id and with a new series of attempts. An import goes on with
 * the chunks that were not applied. Throws `not_found` and `illegal_state`.
 */
export function createRetryJob({ db, board, producer }: RetryJobDeps) {
  return async function retryJob(jobId: string, log: Logger): Promise<JobView> {
    const { job, imported, entries } = await db.transaction().execute(async (trx) => {
      const locked = await lockJob(trx, jobId);
      const requeued = await requeue(trx, locked);
      return {
        job: requeued,
        imported: locked.imported,
        entries: await entriesOf(trx, requeued, Boolean(locked.imported)),
      };
    });

    const view = toJobView(job, imported);
    await board.publish({ view, revision: job.revision + (imported?.chunks_done ?? 0) });
    await producer.enqueue(entries).catch((error: unknown) => {
      log.warn({ err: error, jobId }, "the queue is away: the reconciler will enqueue this job");
    });
    return view;
  };
}

async function requeue(trx: Transaction<Database>, { job }: LockedJob): Promise<JobRow> {
  if (job.state !== "failed" && job.state !== "cancelled") {
    throw new AppError("illegal_state", {
      message: `The job is ${job.state}: only a failed or cancelled one can be run again`,
    });
  }
  await trx
    .updateTable("import_chunks")
    .set({ delivery: 0, last_error: null })
    .where("job_id", "=", job.id)
    .where("state", "=", "pending")
    .execute();
  return trx
    .updateTable("jobs")
    .set((eb) => ({
      state: "queued",
      attempt: 0,
      settled_delivery: eb.ref("delivery"),
      entry: `${job.id}-retry-${job.revision}`,
      error: null,
      run_at: null,
      finished_at: null,
      revision: eb("revision", "+", 1),
      updated_at: new Date(),
    }))
    .where("id", "=", job.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function entriesOf(trx: Transaction<Database>, job: JobRow, isImport: boolean): Promise<Entry[]> {
  if (isImport) return (await findReleasedChunks(trx, job.id)).map(chunkEntry);
  return [{ id: job.entry!, queue: queueFor(job.kind), data: { jobs: [job.id] } }];
}
