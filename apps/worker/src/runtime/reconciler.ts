import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { reconcileChunks, reconcileJobs, removeUnsealed, type Reconciled } from "./reconcile.ts";

export type ReconcilerOptions = {
  intervalMs: number;
  /** How long a job must have been left alone before Redis is asked about it. */
  graceMs: number;
  /** How long an upload may stand still before it is given up. */
  unsealedMs: number;
};

export type Reconciler = {
  /** One sweep; undefined when another worker is sweeping. Rejects while PostgreSQL or Redis is away. */
  sweep(): Promise<Reconciled | undefined>;
  close(): Promise<void>;
};

/** The sweeping worker holds this advisory lock (any number that nobody else uses). */
const lockKey = 7_201_955;

/** Sweeps again and again, one worker of all at a time: what was committed is enqueued, whatever happened to Redis. */
export function createReconciler(db: Db, producer: Producer, log: Logger, options: ReconcilerOptions): Reconciler {
  const closing = new AbortController();

  async function sweep(): Promise<Reconciled | undefined> {
    return db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ leads: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as leads`.execute(trx);
      if (!rows[0]?.leads) return undefined;
      const unsealed = await removeUnsealed(trx, options.unsealedMs);
      const jobs = await reconcileJobs(trx, producer, options.graceMs);
      const chunks = await reconcileChunks(trx, producer);
      return { jobs, chunks, unsealed };
    });
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await sweep().then(report, (error: unknown) => log.warn({ err: error }, "reconciling failed, will try again"));
      await setTimeout(options.intervalMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  function report(done: Reconciled | undefined): void {
    if (done && done.jobs + done.chunks + done.unsealed > 0) log.info(done, "reconciled");
  }

  const running = run();
  return {
    sweep,
    async close() {
      closing.abort();
      await running;
    },
  };
}
