import type { Db } from "@longshore/shared/db/create-database";
import type { JobContract, PayloadOf } from "@longshore/shared/jobs/define-job";
import type { Span, Tracing } from "@longshore/shared/tracing/tracing";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import type { GuardedFetch } from "../net/guarded-fetch.ts";
import type { JobHandler } from "../jobs/define-handler.ts";
import type { ClaimedJob } from "./claim-rows.ts";
import type { Envelope } from "./envelope.ts";
import type { OpenJobLog } from "./job-log.ts";
import { judgeFailure } from "./judge-failure.ts";
import { RunContext } from "./run-context.ts";
import { Run } from "./run.ts";
import type { Outcome } from "./settle-jobs.ts";
import { tellOfRun, type TellDeps } from "./tell-of-run.ts";

export type RunJobDeps = TellDeps & {
  db: Db;
  board: StatusBoard;
  tracing: Tracing;
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

/** Runs a claimed job's handler once, tells of it, and says what came of it. Never rejects. */
export async function runJob<Contract extends JobContract>(
  deps: RunJobDeps,
  kind: HandledKind<Contract>,
  job: ClaimedJob,
  envelope: Pick<Envelope, "lost" | "runs">,
): Promise<Outcome> {
  const unsettled = job.delivery - job.settled_delivery;
  if (unsettled > deps.maxDeliveries) {
    const message = `${unsettled - 1} deliveries in a row ended without an outcome: the job takes its workers down`;
    deps.metrics.poisoned.inc({ kind: job.kind });
    return { state: "failed", error: { code: "poisoned", message } };
  }
  if (deps.shutdown.aborted || envelope.lost.aborted) return { state: "queued" };

  const start = performance.now();
  const span = deps.tracing.start(`run ${job.kind}`, {
    kind: "consumer",
    parent: job.traceparent,
    attributes: {
      "longshore.job.id": job.id,
      "longshore.attempt": job.attempt + 1,
      "longshore.delivery": job.delivery,
    },
  });
  const { outcome, error } = await attempt(deps, kind, job, envelope, span);
  tellOfRun(deps, { job, span, outcome, error, durationMs: performance.now() - start });
  return outcome;
}

async function attempt<Contract extends JobContract>(
  deps: RunJobDeps,
  { contract, handler }: HandledKind<Contract>,
  job: ClaimedJob,
  envelope: Pick<Envelope, "lost" | "runs">,
  span: Span,
): Promise<{ outcome: Outcome; error?: unknown }> {
  const timeoutMs = job.options.timeoutMs ?? contract.timeoutMs;
  const run = new Run(job.id, timeoutMs);
  const timer = setTimeout(() => run.stop("timeout"), timeoutMs);
  const context = new RunContext(deps, job, run, span);
  deps.runs.add(run);
  envelope.runs.add(run);
  try {
    const payload = contract.payload.parse(job.payload) as PayloadOf<Contract>;
    const result = await run.untilStopped(() => deps.tracing.within(span, () => handler(payload, context)));
    return { outcome: { state: "succeeded", result: JSON.stringify(contract.result.parse(result)) } };
  } catch (error) {
    return { outcome: judgeFailure({ error, ending: run.ending, job, contract }), error };
  } finally {
    clearTimeout(timer);
    deps.runs.delete(run);
    envelope.runs.delete(run);
    await context.end();
  }
}
