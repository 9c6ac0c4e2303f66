import { isConflict, isOutOfOrder } from "@longshore/shared/db/sql-error";
import type { JobContract } from "@longshore/shared/jobs/define-job";
import { RetryLaterError, SnoozeError, UnrecoverableError } from "../jobs/define-handler.ts";
import { backoffMs } from "./backoff.ts";
import type { ClaimedJob } from "./claim-rows.ts";
import type { Ending } from "./run.ts";
import type { Outcome } from "./settle-jobs.ts";
import { JobLostError } from "./transact-once.ts";

type Failure = {
  error: unknown;
  /** How the run was ended from outside, if it was. */
  ending?: Ending | undefined;
  job: Pick<ClaimedJob, "attempt" | "max_attempts">;
  contract: Pick<JobContract, "backoff">;
};

/**
 * What becomes of a job whose run came to no result. One that was cut off is set back to be run again at once, one that
 * snoozes later, and one that the database let down when that may be well again; none of these has spent an attempt.
 */
export function judgeFailure({ error, ending, job, contract }: Failure): Exclude<Outcome, { state: "succeeded" }> {
  if (ending === "lost" || ending === "shutdown" || error instanceof JobLostError) return { state: "queued" };
  if (ending === "cancelled") return { state: "cancelled", error: { code: "cancelled", message: describe(error) } };
  if (!ending && (isOutOfOrder(error) || isConflict(error))) return { state: "queued", afterMs: backoffMs(2) };
  if (error instanceof SnoozeError) return { state: "scheduled", afterMs: error.delayMs };

  const attempts = job.attempt + 1;
  const reason = { code: codeOf(error, ending), message: describe(error) };
  if (error instanceof UnrecoverableError || attempts >= job.max_attempts) return { state: "failed", error: reason };
  const atLeastMs = error instanceof RetryLaterError ? error.waitMs : 0;
  return { state: "queued", error: reason, afterMs: Math.max(backoffMs(attempts, contract.backoff), atLeastMs) };
}

function codeOf(error: unknown, ending: Ending | undefined): string {
  if (ending === "timeout") return "timeout";
  return error instanceof UnrecoverableError ? error.code : "handler_failed";
}

function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 2_000);
}
