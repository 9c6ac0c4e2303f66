import type { Db } from "@longshore/shared/db/create-database";
import type { JobError } from "@longshore/shared/db/schema";
import { isLockTimeout, isRowError } from "@longshore/shared/db/sql-error";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import type { Ring } from "./gather-rings.ts";
import { retryWhileUnavailable } from "./retry-while-unavailable.ts";
import { settleOthers, type SettledRow } from "./settle-others.ts";
import { settleSucceeded } from "./settle-succeeded.ts";

/** What became of a run: its result as JSON, or why there is none and whether the job is run again. */
export type Outcome =
  | { state: "succeeded"; result: string }
  | { state: "failed" | "cancelled"; error: JobError }
  | {
      state: "queued" | "scheduled";
      /** Undefined for one that was cut off or came too early: no attempt is spent. */
      error?: JobError;
      /** How long from now, by PostgreSQL's clock; undefined for at once. */
      afterMs?: number;
    };

export type Settlement = { jobId: string; kind: string; delivery: number; outcome: Outcome };

/** Resolves when the outcome is committed, and the job in its queue again if it is to be. */
export type SettleJob = (settlement: Settlement) => Promise<void>;

export type SettleJobsDeps = {
  db: Db;
  ring: Ring;
  producer: Producer;
  flow: Pick<FlowMeter, "countOut">;
  metrics: WorkerMetrics;
  log: Logger;
};

export type Succeeded = Settlement & { outcome: { state: "succeeded" } };

/**
 * Commits the outcomes of runs, all that are there at the same time together. The outcome of a run that lost its job to a
 * later delivery counts for nothing. A job that was to be cancelled is, unless its handler had come to its end.
 */
export function createSettleJobs({ db, ring, producer, flow, metrics, log }: SettleJobsDeps): SettleJob {
  async function settle(settlements: readonly Settlement[]): Promise<undefined[]> {
    const { succeeded = [], others = [] } = Object.groupBy(settlements, ({ outcome }) =>
      outcome.state === "succeeded" ? "succeeded" : "others",
    );
    const [settled, rows] = await Promise.all([
      succeeded.length > 0 ? retryWhileUnavailable(() => settleSucceeded(db, succeeded as Succeeded[])) : [],
      others.length > 0 ? retryWhileUnavailable(() => settleOthers(db, others)) : [],
    ]);
    const done = new Set([...settled, ...rows.map(({ id }) => id)]);
    const again = rows.filter(({ state }) => state === "queued" || state === "scheduled");
    const open = new Set(again.map(({ id }) => id));
    ring([...done]);
    flow.countOut([
      ...succeeded.filter(({ jobId }) => done.has(jobId)).map(({ kind }) => ({ kind, state: "succeeded" as const })),
      ...rows.filter(({ id }) => !open.has(id)),
    ]);
    if (done.size < settlements.length) warnOfRefused(settlements, done);
    await enqueueAgain(again);
    return settlements.map(() => undefined);
  }

  function warnOfRefused(settlements: readonly Settlement[], settled: ReadonlySet<string>): void {
    const refused = settlements.filter(({ jobId }) => !settled.has(jobId));
    metrics.refusedSettlements.inc(refused.length);
    log.warn(
      { jobIds: refused.map(({ jobId }) => jobId) },
      "the outcomes of runs that had lost their jobs were refused",
    );
  }

  async function enqueueAgain(rows: readonly SettledRow[]): Promise<void> {
    if (rows.length === 0) return;
    await producer.enqueue(toEntries(rows)).catch((error: unknown) => {
      log.warn({ err: error, jobs: rows.length }, "the queue is away: the reconciler will enqueue these jobs");
    });
  }

  return createMicroBatch<Settlement, undefined>({
    maxItems: 500,
    inCrowds: true,
    mayBeOneItem: (error) => isRowError(error) || isLockTimeout(error),
    run: settle,
  });
}
