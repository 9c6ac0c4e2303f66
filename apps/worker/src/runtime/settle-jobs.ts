import { setTimeout } from "node:timers/promises";
import type { Db } from "@longshore/shared/db/create-database";
import type { JobError } from "@longshore/shared/db/schema";
import { isRowError } from "@longshore/shared/db/sql-error";
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
import { withFreeJobs } from "./with-free-jobs.ts";

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

/** For how long, and how often, it is tried to settle a job that somebody else has in a transaction. */
const heldForMs = 10_000;
const tryEveryMs = 500;

/**
 * Commits the outcomes of runs, all that are there at the same time together. The outcome of a run that lost its job to a
 * later delivery counts for nothing. A job that was to be cancelled is, unless its handler had come to its end. Rejects if
 * somebody held the job for 10 s.
 */
export function createSettleJobs({ db, ring, producer, flow, metrics, log }: SettleJobsDeps): SettleJob {
  /** Answers of each whether it was settled; the others are held by somebody. */
  async function settleAll(settlements: readonly Settlement[]): Promise<boolean[]> {
    const { succeeded = [], others = [] } = Object.groupBy(settlements, ({ outcome }) =>
      outcome.state === "succeeded" ? "succeeded" : "others",
    );
    const [settled, { rows, ...ofOthers }] = await Promise.all([
      retryWhileUnavailable(() => withFreeJobs(db, succeeded as Succeeded[], settleSucceeded)),
      retryWhileUnavailable(() => withFreeJobs(db, others, settleOthers)),
    ]);
    const held = settled.held.union(ofOthers.held);
    const done = new Set([...settled.rows, ...rows].map(({ id }) => id));
    const again = rows.filter(({ state }) => state === "queued" || state === "scheduled");
    const open = new Set(again.map(({ id }) => id));
    ring([...done]);
    flow.countOut([
      ...succeeded.filter(({ jobId }) => done.has(jobId)).map(({ kind }) => ({ kind, state: "succeeded" as const })),
      ...rows.filter(({ id }) => !open.has(id)),
    ]);
    if (done.size + held.size < settlements.length) warnOfRefused(settlements, done.union(held));
    await enqueueAgain(again);
    return settlements.map(({ jobId }) => !held.has(jobId));
  }

  function warnOfRefused(settlements: readonly Settlement[], others: ReadonlySet<string>): void {
    const refused = settlements.filter(({ jobId }) => !others.has(jobId));
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

  const settle = createMicroBatch<Settlement, boolean>({
    maxItems: 500,
    inCrowds: true,
    mayBeOneItem: isRowError,
    run: settleAll,
  });

  return async function settleJob(settlement) {
    const deadline = performance.now() + heldForMs;
    while (!(await settle(settlement))) {
      if (performance.now() > deadline) throw new Error("Somebody holds the job in a transaction");
      await setTimeout(tryEveryMs);
    }
  };
}
