import { createMicroBatch } from "@longshore/shared/micro-batch";
import type { KeptView, StatusBoard } from "@longshore/shared/status/status-board";
import type { Look, LookAtJob } from "./look-at-job.ts";
import { tagOf } from "./tag-of.ts";
import { noSuchJob } from "./no-such-job.ts";

export type GetJobDeps = { board: StatusBoard; lookAtJob: LookAtJob };

/** A job as it is answered: JSON text and the tag that names it. */
export type ShownJob = Pick<Look, "etag" | "isOver" | "text">;

export type GetJob = (jobId: string, tenant: string) => Promise<ShownJob>;

/** How many finished jobs are remembered as having been asked for. */
const maxRemembered = 10_000;

/**
 * Answers a job's view: of one that is over from Redis if it was asked for before, else from PostgreSQL. Most clients stop
 * asking when a job is over, so a view is kept only when it is asked for the second time. Throws `not_found`.
 */
export function createGetJob({ board, lookAtJob }: GetJobDeps): GetJob {
  const askedFor = new Set<string>();
  const findView = createMicroBatch<string, KeptView | undefined>({ maxItems: 500, run: board.findViews });

  function isAskedForAgain(jobId: string): boolean {
    if (askedFor.delete(jobId)) return true;
    if (askedFor.size >= maxRemembered) askedFor.clear();
    askedFor.add(jobId);
    return false;
  }

  return async function getJob(jobId: string, tenant: string): Promise<ShownJob> {
    const kept = await findView(jobId);
    if (kept?.tenant === tenant) {
      return { etag: tagOf({ ...kept, isOver: true, chunksDone: null }), isOver: true, text: kept.text };
    }
    const look = await lookAtJob(jobId);
    if (look?.tenant !== tenant) throw noSuchJob(jobId);
    if (look.isOver && isAskedForAgain(jobId)) void board.keepView(look);
    return look;
  };
}
