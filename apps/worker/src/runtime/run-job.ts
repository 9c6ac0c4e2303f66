import type { Db } from "@longshore/shared/db/create-database";
import type { JobContract, PayloadOf } from "@longshore/shared/jobs/define-job";
import type { Logger } from "@longshore/shared/logger";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import type { GuardedFetch } from "../net/guarded-fetch.ts";
import type { JobHandler } from "../jobs/define-handler.ts";
import type { ClaimedJob } from "./claim-jobs.ts";
import type { Envelope } from "./envelope.ts";
import { createJobContext } from "./job-context.ts";
import type { OpenJobLog } from "./job-log.ts";
import { judgeFailure } from "./judge-failure.ts";
import { createRun, type Run } from "./run.ts";
import type { Outcome } from "./settle-jobs.ts";

export type RunJobDeps = {
  db: Db;
  board: StatusBoard;
  log: Logger;
  openLog: OpenJobLog;
  fetch: GuardedFetch;
  /** All that runs in this process. */
  runs: Set<Run>;
  /** Fires when the worker must go: what runs is handed back. */
  shutdown: AbortSignal;
  /** After so many deliveries without a settlement the job fails as `poisoned`. */
  maxDeliveries: number;
};

/** A kind with the handler that keeps its promise. */
export type HandledKind<Contract extends JobContract = JobContract> = {
  contract: Contract;
  handler: JobHandler<Contract>;
};

/** Runs a claimed job's handler once and says what came of it. Never rejects. */
export async function runJob<Contract extends JobContract>(
  deps: RunJobDeps,
  { contract, handler }: HandledKind<Contract>,
  job: ClaimedJob,
  envelope: Pick<Envelope, "lost" | "runs">,
): Promise<Outcome> {
  const unsettled = job.delivery - job.settled_delivery;
  if (unsettled > deps.maxDeliveries) {
    const message = `${unsettled - 1} deliveries in a row ended without an outcome: the job takes its workers down`;
    return { state: "failed", error: { code: "poisoned", message } };
  }
  if (deps.shutdown.aborted || envelope.lost.aborted) return { state: "queued" };

  const timeoutMs = job.options.timeoutMs ?? contract.timeoutMs;
  const run = createRun(job.id, timeoutMs);
  const timer = setTimeout(run.stop, timeoutMs, "timeout");
  const { context, end } = createJobContext(deps, job, run);
  deps.runs.add(run);
  envelope.runs.add(run);
  try {
    const payload = contract.payload.parse(job.payload) as PayloadOf<Contract>;
    const result = await run.untilStopped(() => handler(payload, context));
    return { state: "succeeded", result: JSON.stringify(contract.result.parse(result)) };
  } catch (error) {
    const outcome = judgeFailure({ error, ending: run.ending, job, contract });
    if (outcome.error) deps.log.warn({ err: error, jobId: job.id, attempt: job.attempt + 1 }, "attempt failed");
    return outcome;
  } finally {
    clearTimeout(timer);
    deps.runs.delete(run);
    envelope.runs.delete(run);
    await end();
  }
}
