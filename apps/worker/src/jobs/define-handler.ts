import type { Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import type { JobContract, PayloadOf, ResultOf } from "@longshore/shared/jobs/define-job";
import type { Logger } from "@longshore/shared/logger";

/** What a handler gets beside its payload. Handlers know nothing of queues. */
export type JobContext = {
  jobId: string;
  /** Counts from 1. A run that a crash or a shutdown cut off is not counted. */
  attempt: number;
  /** Fires when the attempt's time is over and when the worker must go: stop soon, by throwing. */
  signal: AbortSignal;
  /** Every line carries the job's id and the id of the request that submitted it. */
  log: Logger;
  db: Db;
  /** Shows how far the job is. Cheap: calls in quick succession are thinned out. */
  progress: (done: number, total: number, unit: string) => void;
  /**
   * Commits what `fn` writes together with a ledger key for `step`, so that it is written once although the job may run
   * again. Answers undefined, without calling `fn`, when the step was applied by an earlier run.
   */
  transaction: <T>(step: string, fn: (trx: Transaction<Database>) => Promise<T>) => Promise<T | undefined>;
};

/** The work of a kind. Returns its result, throws to be tried again, throws `UnrecoverableError` to fail at once. */
export type JobHandler<Contract extends JobContract = JobContract> = (
  payload: PayloadOf<Contract>,
  context: JobContext,
) => Promise<ResultOf<Contract>>;

/** Thrown by a handler when trying again cannot help. */
export class UnrecoverableError extends Error {
  override readonly name = "UnrecoverableError";
}
