import type { Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import type { JobContract, PayloadOf, ResultOf } from "@longshore/shared/jobs/define-job";
import type { GuardedFetch } from "../net/guarded-fetch.ts";

/** Writes a line, with fields of any kind. Costs a handler no waiting. */
type WriteLine = (message: string, fields?: Record<string, unknown>) => void;

/**
 * The job's log, which clients can read. Lines also go to the log of the process, with the job's id and the id of the
 * request that submitted it. A run keeps 1,000 lines of up to 8 KiB.
 */
export type JobLog = Readonly<Record<"debug" | "info" | "warn" | "error", WriteLine>>;

/**
 * What a handler gets that runs in a thread of its own. It computes, and writes nothing that could be half written: when
 * its time is over, when it is cancelled and when the worker must go, the thread ends where it stands.
 */
export type ThreadContext = {
  jobId: string;
  /** Counts from 1. A run that a crash or a shutdown cut off is not counted. */
  attempt: number;
  log: JobLog;
  /** Shows how far the job is. Cheap: calls in quick succession are thinned out. */
  progress: (done: number, total: number, unit: string) => void;
};

/** What a handler gets beside its payload. Handlers know nothing of queues. */
export type JobContext = ThreadContext & {
  /** Whose job it is: a handler reads and writes the rows of no other. */
  tenant: string;
  /** Fires when the attempt's time is over, when it is cancelled and when the worker must go: stop soon, by throwing. */
  signal: AbortSignal;
  db: Db;
  /** Calls a URL that somebody else chose: never an address inside, never without limits, and no longer than `signal` lets it. */
  fetch: GuardedFetch;
  /**
   * Commits what `fn` writes together with a ledger key for `step`, so that it is written once although the job may run
   * again. Answers undefined, without calling `fn`, when the step was applied by an earlier run. Rejects, and writes
   * nothing, when the job was given to another worker meanwhile.
   */
  transaction: <T>(step: string, fn: (trx: Transaction<Database>) => Promise<T>) => Promise<T | undefined>;
};

type ContextOf<Contract extends JobContract> = Contract extends { thread?: true } ? ThreadContext : JobContext;

/**
 * The work of a kind. Returns its result, throws to be tried again, throws `UnrecoverableError` to fail at once or
 * `SnoozeError` to be run later.
 */
export type JobHandler<Contract extends JobContract = JobContract> = (
  payload: PayloadOf<Contract>,
  context: ContextOf<Contract>,
) => Promise<ResultOf<Contract>>;

/** Thrown by a handler when trying again cannot help. Its `code` becomes the job's. */
export class UnrecoverableError extends Error {
  override readonly name: string = "UnrecoverableError";
  readonly code: string;

  constructor(message: string, code = "unrecoverable") {
    super(message);
    this.code = code;
  }
}

/** Thrown by a handler to be tried again no sooner than `waitMs` from now. It is a failure like any other. */
export class RetryLaterError extends Error {
  override readonly name = "RetryLaterError";
  readonly waitMs: number;

  constructor(message: string, waitMs: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** Thrown by a handler for which it is too early: the job is `scheduled` again, `delayMs` from now, and no attempt is spent. */
export class SnoozeError extends Error {
  override readonly name = "SnoozeError";
  readonly delayMs: number;

  constructor(delayMs: number, reason = "It is too early") {
    super(reason);
    this.delayMs = delayMs;
  }
}
