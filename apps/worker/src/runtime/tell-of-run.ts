import { mayPass } from "@longshore/shared/db/sql-error";
import type { Logger } from "@longshore/shared/logger";
import type { Span } from "@longshore/shared/tracing/tracing";
import { traceIdOf } from "@longshore/shared/tracing/trace-id-of";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import type { ClaimedJob } from "./claim-rows.ts";
import type { Outcome } from "./settle-jobs.ts";

/** There may be ten thousand shorter ones a second, and a line costs more than half of what such a job does. */
const briefMs = 100;

export type TellDeps = {
  metrics: WorkerMetrics;
  log: Logger;
  /** The same, and looks for no secrets, which costs more than all the rest of a line. */
  plainLog: Logger;
};

/** What is to be told of a run: its job, its place in a trace, and what came of it. `error` is what its handler threw. */
export type Told = { job: ClaimedJob; span: Span; outcome: Outcome; error: unknown; durationMs: number };

/** Tells the log, the metrics and the trace of a run that is over. */
export function tellOfRun(deps: TellDeps, { job, span, outcome, error, durationMs }: Told): void {
  const { metrics, log, plainLog } = deps;
  const { kind } = job;
  const result = nameOf(outcome);
  metrics.attempts.inc({ kind, outcome: result });
  metrics.runSeconds.observe({ kind }, durationMs / 1_000);

  const describe = () => ({
    jobId: job.id,
    kind,
    requestId: job.request_id,
    traceId: traceIdOf(span.traceparent),
    attempt: job.attempt + 1,
    outcome: result,
    durationMs: Math.round(durationMs * 100) / 100,
  });
  const level = durationMs < briefMs ? "debug" : "info";
  const failure = "error" in outcome ? outcome.error : undefined;
  if (failure) log.warn({ ...describe(), err: error }, "attempt failed");
  else if (mayPass(error))
    log.warn({ ...describe(), err: error }, "the database failed the attempt, which does not count");
  else if (plainLog.isLevelEnabled(level)) plainLog[level](describe(), "attempt ended");
  span.end({ attributes: { "longshore.outcome": result }, failure: failure?.message });
}

function nameOf(outcome: Outcome): string {
  if (outcome.state === "queued") return outcome.error ? "retried" : "cut_off";
  return outcome.state === "scheduled" ? "snoozed" : outcome.state;
}
