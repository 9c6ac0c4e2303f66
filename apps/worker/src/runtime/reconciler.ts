import { setTimeout } from "node:timers/promises";
import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { reconcile, type ReconcileOptions } from "./reconcile.ts";

export type ReconcilerOptions = ReconcileOptions & { intervalMs: number };
export type Reconciler = { close(): Promise<void> };

/** Reconciles at once and then every `intervalMs`, until closed. */
export function startReconciler(db: Db, producer: Producer, log: Logger, options: ReconcilerOptions): Reconciler {
  const closing = new AbortController();

  async function sweep(): Promise<void> {
    try {
      const done = await reconcile(db, producer, options);
      if (done && done.jobs + done.chunks + done.unsealed > 0) log.info(done, "reconciled");
    } catch (error) {
      log.warn({ err: error }, "reconciling failed, will try again");
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await sweep();
      await setTimeout(options.intervalMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
