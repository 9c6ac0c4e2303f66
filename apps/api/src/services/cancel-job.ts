import { sql, type Transaction, type UpdateObject } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import { endImport } from "@longshore/shared/imports/end-import";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import type { DropEntry } from "./drop-entry.ts";
import { lockJob, type LockedJob } from "./lock-job.ts";

export type CancelJobDeps = { db: Db; board: StatusBoard; flow: Pick<FlowMeter, "countOut">; dropEntry: DropEntry };

/**
 * Cancels a job that is not over. One that waits ends at once. One that runs becomes `cancelling`: its worker finds that in
 * the table and stops the handler within a second. Chunks of an import that are being applied right now are taken back: no
 * row is applied after this has answered. Throws `not_found` and `illegal_state`.
 */
export function createCancelJob({ db, board, flow, dropEntry }: CancelJobDeps) {
  return async function cancelJob(jobId: string, tenant: string): Promise<JobView> {
    const { job, imported } = await db.transaction().execute(async (trx) => {
      const locked = await lockJob(trx, jobId, tenant);
      return { ...locked, job: await cancel(trx, locked) };
    });
    if (job.finished_at) flow.countOut([job]);
    await board.ring([jobId]);
    if (job.finished_at) await dropEntry(job);
    return toJobView(job, imported);
  };
}

async function cancel(trx: Transaction<Database>, { job, imported }: LockedJob): Promise<JobRow> {
  const { state } = job;
  if (imported && (state === "queued" || state === "running")) {
    const error = { code: "cancelled", message: "The import was cancelled" };
    return endImport(trx, imported, { state: "cancelled", error });
  }
  if (state === "cancelling") return job;
  if (state === "running") return update(trx, job, { state: "cancelling" });
  if (state === "queued" || state === "scheduled") {
    const error = JSON.stringify({ code: "cancelled", message: "The job was cancelled before it ran" });
    return update(trx, job, { state: "cancelled", error, finished_at: sql<Date>`now()` });
  }
  throw new AppError("illegal_state", { message: `The job is ${state}: only one that is not over can be cancelled` });
}

function update(trx: Transaction<Database>, job: JobRow, changes: UpdateObject<Database, "jobs">): Promise<JobRow> {
  return trx
    .updateTable("jobs")
    .set(changes)
    .set((eb) => ({ revision: eb("revision", "+", 1), updated_at: sql<Date>`now()` }))
    .where("id", "=", job.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}
