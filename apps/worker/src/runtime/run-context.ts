import type { Span } from "@longshore/shared/tracing/tracing";
import type { JobContext } from "../jobs/define-handler.ts";
import type { ClaimedJob } from "./claim-jobs.ts";
import type { RunLog } from "./job-log.ts";
import { reportProgress, type ProgressReport } from "./report-progress.ts";
import type { RunJobDeps } from "./run-job.ts";
import type { Run } from "./run.ts";
import { transactOnce } from "./transact-once.ts";

export type RunContext = {
  context: JobContext;
  /** To be called before the run is settled: brings its log to an end. Undefined for a run that neither logged nor reported. */
  end(): Promise<void> | undefined;
};

/** What one run of a job's handler may use. */
export function createJobContext(deps: RunJobDeps, job: ClaimedJob, run: Run, span: Span): RunContext {
  const { db, board, openLog, fetch } = deps;
  const { traceparent } = span;
  const delivery = { jobId: job.id, delivery: job.delivery };
  let runLog: RunLog | undefined;
  let report: ProgressReport | undefined;

  const context: JobContext = {
    jobId: job.id,
    tenant: job.tenant,
    attempt: job.attempt + 1,
    get signal() {
      return run.signal;
    },
    get log() {
      runLog ??= openLog({ ...job, traceparent });
      return runLog.log;
    },
    db,
    fetch: (url, options = {}) =>
      fetch(url, {
        ...options,
        headers: { traceparent, ...options.headers },
        signal: options.signal ? AbortSignal.any([run.signal, options.signal]) : run.signal,
      }),
    progress(done, total, unit) {
      report ??= reportProgress(board, delivery);
      report.show(done, total, unit);
    },
    transaction: (step, fn) => transactOnce(db, delivery, step, fn),
  };
  return {
    context,
    end() {
      report?.end();
      return runLog?.end();
    },
  };
}
