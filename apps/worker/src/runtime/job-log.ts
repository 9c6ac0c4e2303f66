import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow, LogLevel } from "@longshore/shared/db/schema";
import { isRowError } from "@longshore/shared/db/sql-error";
import type { Logger } from "@longshore/shared/logger";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { traceIdOf } from "@longshore/shared/tracing/trace-id-of";
import type { JobLog } from "../jobs/define-handler.ts";
import { shapeLogLine, type LogLineText } from "./shape-log-line.ts";

const maxLines = 1_000;
/** What may wait to be stored, of all jobs of this process. */
const maxWaiting = 5_000;
const flushWithinMs = 2_000;
const warnEveryMs = 10_000;

export type JobLogsDeps = { db: Db; board: StatusBoard; log: Logger };

/** The log of one run. */
export type RunLog = {
  log: JobLog;
  /** Resolves when all lines are stored or given up, in two seconds at most. Later ones go to the process's log only. */
  end(): Promise<void>;
};

export type OpenJobLog = (job: Pick<JobRow, "id" | "kind" | "request_id" | "traceparent">) => RunLog;

type Line = LogLineText & { jobId: string; at: string; level: LogLevel };

/**
 * Lets runs log: each line goes to the log of the process, and to the job's own in PostgreSQL, with all lines of all runs
 * that are there at the same time in one statement. Neither fails nor holds up a run: lines that cannot be stored are
 * dropped, and the process says how many.
 */
export function createJobLogs({ db, board, log }: JobLogsDeps): OpenJobLog {
  let waiting = 0;
  let dropped = 0;
  let warnedAt = -Infinity;

  const insert = createMicroBatch<Line, undefined>({
    maxItems: 500,
    mayBeOneItem: isRowError,
    async run(lines) {
      await insertLines(db, lines);
      void board.ring([...new Set(lines.map(({ jobId }) => jobId))]);
      return lines.map(() => undefined);
    },
  });

  function drop(error?: unknown): void {
    dropped += 1;
    if (performance.now() - warnedAt < warnEveryMs) return;
    log.warn({ dropped, err: error }, "lines of jobs' logs were dropped");
    warnedAt = performance.now();
    dropped = 0;
  }

  async function store(line: Line): Promise<void> {
    if (waiting >= maxWaiting) return drop();
    waiting += 1;
    await insert(line).catch(drop);
    waiting -= 1;
  }

  return function openJobLog(job) {
    const processLog = log.child({
      jobId: job.id,
      kind: job.kind,
      requestId: job.request_id,
      traceId: traceIdOf(job.traceparent),
    });
    let lines = 0;
    let stored = Promise.resolve();
    let ended = false;

    function write(level: LogLevel, message: unknown, fields: unknown): void {
      processLog[level](fields === undefined ? {} : { fields }, String(message));
      lines += 1;
      if (ended || lines > maxLines + 1) return;
      const text =
        lines <= maxLines
          ? shapeLogLine(message, fields)
          : { message: `The log of this run is full: it keeps ${maxLines} lines`, fields: null };
      // Lines are stored in their order, so the last one's end is the end of all.
      stored = store({
        ...text,
        jobId: job.id,
        at: new Date().toISOString(),
        level: lines > maxLines ? "warn" : level,
      });
    }

    return {
      log: {
        debug: (message, fields) => write("debug", message, fields),
        info: (message, fields) => write("info", message, fields),
        warn: (message, fields) => write("warn", message, fields),
        error: (message, fields) => write("error", message, fields),
      },
      async end() {
        ended = true;
        const given = new AbortController();
        await Promise.race([stored, setTimeout(flushWithinMs, undefined, { signal: given.signal })]);
        given.abort();
      },
    };
  };
}

async function insertLines(db: Db, lines: readonly Line[]): Promise<void> {
  const column = <Name extends keyof Line>(name: Name) => lines.map((line) => line[name]);
  // A crash may lose the last lines: it would lose them a moment earlier too. The settlement's commit brings them along.
  await sql`
    insert into job_logs (job_id, at, level, message, fields)
    select line.job_id, line.at, line.level, line.message, line.fields::jsonb
    from unnest(${column("jobId")}::uuid[], ${column("at")}::timestamptz[], ${column("level")}::text[],
        ${column("message")}::text[], ${column("fields")}::text[]) with ordinality
      as line (job_id, at, level, message, fields, place),
      (select set_config('synchronous_commit', 'off', true)) as without_waiting
    order by line.place`.execute(db);
}
