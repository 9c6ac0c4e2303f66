import type { Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import { endImport } from "@longshore/shared/imports/end-import";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { lockJob, type LockedJob } from "./lock-job.ts";

export type CancelJobDeps = { db: Db; board: StatusBoard };

/**
 * Ends a job that is not over. Chunks of an import that are being applied right now are taken back: no row is applied
 * after this has answered. Throws `not_found` and `illegal_state`.
 */
export function createCancelJob({ db, board }: CancelJobDeps) {
  return async function cancelJob(jobId: string): Promise<JobView> {
    const { job, imported } = await db.transaction().execute(async (trx) => {
      const locked = await lockJob(trx, jobId);
      return { ...locked, job: await cancel(trx, locked) };
    });
    const view = toJobView(job, imported);
    await board.publish({ view, revision: job.revision + (imported?.chunks_done ?? 0) });
    return view;
  };
}

async function cancel(trx: Transaction<Database>, { job, imported }: LockedJob): Promise<JobRow> {
  if (imported && (job.state === "queued" || job.state === "running")) {
    return endImport(trx, imported, {
      state: "cancelled",
      error: { code: "cancelled", message: "The import was cancelled" },
    });
  }
  if (job.state !== "queued" && job.state !== "scheduled") {
    throw new AppError("illegal_state", {
      message: `The job is ${job.state}: only one that has not started can be cancelled`,
    });
  }
  return trx
    .updateTable("jobs")
    .set((eb) => ({
      state: "cancelled",
      error: JSON.stringify({ code: "cancelled", message: "The job was cancelled before it ran" }),
      revision: eb("revision", "+", 1),
      finished_at: new Date(),
      updated_at: new Date(),
    }))
    .where("id", "=", job.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}
