import type { Transaction } from "kysely";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import type { JobContext } from "../jobs/define-handler.ts";
import type { RunJobDeps } from "./run-job.ts";

const progressEveryMs = 250;

/** What one run of a job's handler may use. */
export function createJobContext({ db, board, log }: RunJobDeps, job: JobRow, signal: AbortSignal): JobContext {
  let shownAt = 0;

  return {
    jobId: job.id,
    attempt: job.attempt + 1,
    signal,
    log: log.child({ jobId: job.id, kind: job.kind, requestId: job.request_id }),
    db,
    progress(done, total, unit) {
      const now = Date.now();
      if (now - shownAt < progressEveryMs) return;
      shownAt = now;
      const ratio = total > 0 ? Math.min(1, done / total) : 0;
      void board.publishProgress(job.id, { done, total, unit, ratio, rowsPerSecond: null, etaSeconds: null });
    },
    transaction: <T>(step: string, fn: (trx: Transaction<Database>) => Promise<T>) =>
      db.transaction().execute(async (trx) => {
        const entered = await trx
          .insertInto("applied")
          .values({ job_id: job.id, step })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        return entered.numInsertedOrUpdatedRows === 1n ? fn(trx) : undefined;
      }),
  };
}
