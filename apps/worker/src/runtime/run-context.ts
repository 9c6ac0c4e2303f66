import type { Span } from "@longshore/shared/tracing/tracing";
import type { JobContext, JobLog } from "../jobs/define-handler.ts";
import type { ClaimedJob } from "./claim-rows.ts";
import type { RunLog } from "./job-log.ts";
import { reportProgress, type ProgressReport } from "./report-progress.ts";
import type { RunJobDeps } from "./run-job.ts";
import type { Run } from "./run.ts";
import { transactOnce } from "./transact-once.ts";

/** What one run of a job's handler may use. Each part is made when the handler takes it: most take few. */
export class RunContext implements JobContext {
  readonly #deps: RunJobDeps;
  readonly #job: ClaimedJob;
  readonly #run: Run;
  readonly #span: Span;
  #log: RunLog | undefined;
  #report: ProgressReport | undefined;

  constructor(deps: RunJobDeps, job: ClaimedJob, run: Run, span: Span) {
    this.#deps = deps;
    this.#job = job;
    this.#run = run;
    this.#span = span;
  }

  get jobId() {
    return this.#job.id;
  }

  get tenant() {
    return this.#job.tenant;
  }

  get attempt() {
    return this.#job.attempt + 1;
  }

  get signal() {
    return this.#run.signal;
  }

  get db() {
    return this.#deps.db;
  }

  get log(): JobLog {
    this.#log ??= this.#deps.openLog({ ...this.#job, traceparent: this.#span.traceparent });
    return this.#log.log;
  }

  get fetch(): JobContext["fetch"] {
    const { signal } = this.#run;
    const { traceparent } = this.#span;
    return (url, options = {}) =>
      this.#deps.fetch(url, {
        ...options,
        headers: { traceparent, ...options.headers },
        signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal,
      });
  }

  get progress(): JobContext["progress"] {
    return (done, total, unit) => {
      this.#report ??= reportProgress(this.#deps.board, this.#delivery);
      this.#report.show(done, total, unit);
    };
  }

  get transaction(): JobContext["transaction"] {
    return (step, fn) => transactOnce(this.#deps.db, this.#delivery, step, fn);
  }

  /** To be called before the run is settled: brings its log to an end. Undefined for a run that neither logged nor reported. */
  end(): Promise<void> | undefined {
    this.#report?.end();
    return this.#log?.end();
  }

  get #delivery() {
    return { jobId: this.#job.id, delivery: this.#job.delivery };
  }
}
