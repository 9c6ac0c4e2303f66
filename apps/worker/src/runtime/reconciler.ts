import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import { reconcile, type ReconcileOptions } from "./reconcile.ts";
import { startTicker, type Ticker } from "./start-ticker.ts";

export type ReconcilerDeps = {
  db: Db;
  commands: RedisClient;
  namespace: string;
  producer: Producer;
  metrics: WorkerMetrics;
  log: Logger;
};
export type ReconcilerOptions = ReconcileOptions & { intervalMs: number };

/** Reconciling takes no more than this part of the time, however many jobs there are to look at. */
const restFactor = 10;

/**
 * Reconciles at once and then about every `intervalMs`, or less often where that takes long, until closed. All workers do so
 * together: who has reconciled leaves a note in Redis for the others, and a Redis that has lost everything has lost that too.
 */
export function startReconciler(deps: ReconcilerDeps, options: ReconcilerOptions): Ticker {
  const { db, commands, namespace, producer, metrics, log } = deps;
  const { intervalMs } = options;
  const noteKey = `${namespace}:reconciled`;

  async function run(): Promise<void> {
    if ((await commands.exists(noteKey)) === 1) return;
    const start = performance.now();
    const done = await reconcile(db, producer, options);
    if (!done) return;
    const tookMs = performance.now() - start;
    metrics.reconcileSeconds.observe(tookMs / 1_000);
    for (const [what, count] of Object.entries(done)) metrics.reconciled.inc({ what }, count);
    const restMs = Math.max(0.9 * intervalMs, restFactor * tookMs);
    await commands.set(noteKey, "1", "PX", Math.ceil(restMs));
    if (Object.values(done).some((count) => count > 0)) log.info(done, "reconciled");
  }

  return startTicker({ name: "reconciler", intervalMs, run, log });
}
