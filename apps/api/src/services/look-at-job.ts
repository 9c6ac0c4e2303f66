import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import { isTerminal } from "@longshore/shared/status/job-state";
import {
  toJobView,
  viewedImportColumns,
  viewedJobColumns,
  type JobView,
  type ViewedImport,
} from "@longshore/shared/status/job-view";
import type { Progress } from "@longshore/shared/status/progress";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { answerWithin } from "./answer-within.ts";
import { tagOf } from "./tag-of.ts";

/** A job as it is committed, and as it is answered. */
export type Look = {
  jobId: string;
  tenant: string;
  revision: number;
  /** Grows with every committed change, an import's chunks included. */
  version: number;
  etag: string;
  isOver: boolean;
  /** The view's progress, as JSON text. */
  progress: string | null;
  /** The number of the last log line; 0 without any. */
  lastLog: number;
  /** The view, as JSON text. */
  text: string;
};

export type LookAtJob = (jobId: string) => Promise<Look | undefined>;

/**
 * Reads jobs from PostgreSQL, all that are asked for at the same time in one statement, and what their running handlers
 * reported from Redis. Undefined for an id that no job has.
 */
export function createLookAtJob(db: Db, board: StatusBoard): LookAtJob {
  return createMicroBatch<string, Look | undefined>({
    // Results may be large, and all of a batch are in memory at once.
    maxItems: 100,
    run: (jobIds) => answerWithin(5_000, lookAtJobs(db, board, jobIds)),
  });
}

async function lookAtJobs(db: Db, board: StatusBoard, jobIds: readonly string[]): Promise<(Look | undefined)[]> {
  const rows = await readRows(db, jobIds);
  const running = rows.filter(
    ({ state, dataset }) => dataset === null && (state === "running" || state === "cancelling"),
  );
  const reported = await board.readProgress(running.map(({ id, delivery }) => ({ jobId: id, delivery })));
  const progressOf = new Map(running.map(({ id }, at) => [id, reported[at]]));

  const looks = new Map(rows.map((row) => [row.id, toLook(row, progressOf.get(row.id))]));
  return jobIds.map((jobId) => looks.get(jobId.toLowerCase()));
}

type Row = Awaited<ReturnType<typeof readRows>>[number];

function readRows(db: Db, jobIds: readonly string[]) {
  return db
    .selectFrom("jobs")
    .leftJoin("imports", "imports.job_id", "jobs.id")
    .select(viewedJobColumns)
    .select(viewedImportColumns)
    .select(["tenant", "revision", "delivery", "chunks_done"])
    .select((eb) =>
      eb
        .selectFrom("job_logs")
        .select(({ fn }) => fn.max("seq").as("seq"))
        .whereRef("job_logs.job_id", "=", "jobs.id")
        .as("last_log"),
    )
    .where("jobs.id", "=", sql<string>`any(${jobIds}::uuid[])`)
    .execute();
}

function toLook(row: Row, reported: string | undefined): Look {
  const imported = row.dataset === null ? undefined : (row as ViewedImport);
  const view: JobView = toJobView(row, imported);
  if (reported) view.progress = JSON.parse(reported) as Progress;
  const isOver = isTerminal(row.state);
  return {
    jobId: row.id,
    tenant: row.tenant,
    revision: row.revision,
    version: row.revision + (row.chunks_done ?? 0),
    etag: tagOf({ revision: row.revision, isOver, chunksDone: row.chunks_done, reported }),
    isOver,
    progress: reported ?? (view.progress && JSON.stringify(view.progress)),
    lastLog: row.last_log ?? 0,
    text: JSON.stringify(view),
  };
}
