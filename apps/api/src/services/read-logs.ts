import type { Db } from "@longshore/shared/db/create-database";
import { logLevels, toLogLine, type LogLine } from "./log-line.ts";
import { requireJob } from "./require-job.ts";

export type LogsQuery = {
  /** Only lines with a larger number. */
  after: number;
  limit: number;
  /** Only lines of this level and of those above it. */
  level: LogLine["level"];
};

export type LogsPage = { items: LogLine[]; nextCursor: string | null };

/** Reads what a job's handler logged, in the order of the lines. Throws `not_found`. */
export function createReadLogs(db: Db) {
  return async function readLogs(jobId: string, tenant: string, query: LogsQuery): Promise<LogsPage> {
    await requireJob(db, jobId, tenant);

    const rows = await db
      .selectFrom("job_logs")
      .select(["seq", "at", "level", "message", "fields"])
      .where("job_id", "=", jobId)
      .where("seq", ">", query.after)
      .where("level", "in", logLevels.slice(logLevels.indexOf(query.level)))
      .orderBy("seq")
      .limit(query.limit + 1)
      .execute();
    const items = rows.slice(0, query.limit).map(toLogLine);
    return { items, nextCursor: rows.length > items.length ? String(items.at(-1)!.seq) : null };
  };
}
