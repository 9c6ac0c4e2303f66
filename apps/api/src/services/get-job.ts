import type { Db } from "@longshore/shared/db/create-database";
import type { ImportRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import type { Logger } from "@longshore/shared/logger";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { StatusBoard } from "@longshore/shared/status/status-board";

export type GetJobDeps = { db: Db; board: StatusBoard; log: Logger };

/** Reads a job: from the board where that can be believed, else from PostgreSQL. Throws `not_found`. */
export function createGetJob({ db, board, log }: GetJobDeps) {
  async function fromBoard<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      log.debug({ err: error }, "the status board is away");
      return undefined;
    }
  }

  return async function getJob(jobId: string): Promise<JobView> {
    const shown = await fromBoard(board.read(jobId));
    if (shown) return shown;

    const row = await db
      .selectFrom("jobs")
      .leftJoin("imports", "imports.job_id", "jobs.id")
      .selectAll()
      .where("jobs.id", "=", jobId)
      .executeTakeFirst();
    if (!row) throw new AppError("not_found", { message: `There is no job ${jobId}` });
    if (row.job_id !== null) return toJobView(row, row as ImportRow);

    const view = toJobView(row);
    if (row.state !== "running") return view;
    return { ...view, progress: (await fromBoard(board.readProgress(jobId))) ?? null };
  };
}
