import type { Db } from "@longshore/shared/db/create-database";
import type { JobError, JobRow } from "@longshore/shared/db/schema";
import type { JobContract, PayloadOf } from "@longshore/shared/jobs/define-job";
import type { Logger } from "@longshore/shared/logger";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { UnrecoverableError, type JobHandler } from "../jobs/define-handler.ts";
import { backoffMs } from "./backoff.ts";
import { createJobContext } from "./job-context.ts";
import type { Settlement } from "./settle-jobs.ts";
import { untilAborted } from "./until-aborted.ts";

export type RunJobDeps = {
  db: Db;
  board: StatusBoard;
  log: Logger;
  /** After so many deliveries without a settlement the job fails as `poisoned`. */
  maxDeliveries: number;
};

/** The signals that end a run from outside: the worker must go, or the queue gave the entry to another worker. */
export type RunSignals = { shutdown: AbortSignal; lost: AbortSignal };

/**
 * Runs a claimed job's handler once and says what became of it. A handler that is cut off by a shutdown is set back to be
 * run again at once, and that attempt is not counted. Never rejects.
 */
export async function runJob<Contract extends JobContract>(
  deps: RunJobDeps,
  contract: Contract,
  handler: JobHandler<Contract>,
  job: JobRow,
  signals: RunSignals,
): Promise<Settlement> {
  const run = { jobId: job.id, delivery: job.delivery, entry: `${job.id}-${job.delivery}`, attempt: job.attempt + 1 };
  const unsettled = job.delivery - job.settled_delivery;
  if (unsettled > deps.maxDeliveries) {
    const message = `${unsettled - 1} deliveries in a row ended without an outcome: the job takes its workers down`;
    return { ...run, state: "failed", error: { code: "poisoned", message } };
  }

  const timeoutMs = job.options.timeoutMs ?? contract.timeoutMs;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error("timeout")), timeoutMs);
  const signal = AbortSignal.any([signals.shutdown, signals.lost, timeout.signal]);
  try {
    const payload = contract.payload.parse(job.payload) as PayloadOf<Contract>;
    const context = createJobContext(deps, job, signal);
    const result = await untilAborted(signal, () => handler(payload, context));
    return { ...run, state: "succeeded", result: contract.result.parse(result) };
  } catch (error) {
    if (signals.shutdown.aborted || signals.lost.aborted) {
      return { ...run, state: "queued", attempt: job.attempt, error: job.error, runAt: new Date() };
    }
    deps.log.warn({ err: error, jobId: job.id, attempt: run.attempt }, "attempt failed");
    const failure = timeout.signal.aborted
      ? { code: "timeout", message: `The attempt took longer than ${timeoutMs} ms` }
      : describeError(error);
    if (error instanceof UnrecoverableError || run.attempt >= job.max_attempts)
      return { ...run, state: "failed", error: failure };
    return { ...run, state: "queued", error: failure, runAt: new Date(Date.now() + backoffMs(run.attempt)) };
  } finally {
    clearTimeout(timer);
  }
}

function describeError(error: unknown): JobError {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: error instanceof UnrecoverableError ? "unrecoverable" : "handler_failed",
    message: message.slice(0, 2_000),
  };
}
