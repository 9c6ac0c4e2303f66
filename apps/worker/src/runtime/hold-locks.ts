import type { Worker } from "bullmq";
import type { Logger } from "@longshore/shared/logger";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";

export type HeldLock = {
  /** Fires when the lock could not be renewed: another worker has the entry, or gets it. */
  lost: AbortSignal;
  release(): void;
};

export type Locks = { hold(entry: string, token: string): HeldLock; close(): void };

/** Renews the locks on the entries that a worker deals with, all at once, three times in the life of a lock. */
export function holdLocks(
  worker: Pick<Worker, "extendJobLocks" | "name">,
  { lockDurationMs, metrics, log }: { lockDurationMs: number; metrics: WorkerMetrics; log: Logger },
): Locks {
  const held = new Map<string, { entry: string; lost: AbortController }>();

  async function renew(): Promise<void> {
    const renewing = [...held];
    if (renewing.length === 0) return;
    const entries = renewing.map(([, { entry }]) => entry);
    const tokens = renewing.map(([token]) => token);
    const failed = new Set(await worker.extendJobLocks(entries, tokens, lockDurationMs));
    for (const [token, { entry, lost }] of renewing) {
      if (!failed.has(entry) || !held.has(token)) continue;
      metrics.lostLocks.inc({ queue: worker.name });
      log.warn({ queue: worker.name, entry }, "the lock on an entry was lost");
      lost.abort(new Error("the lock on the entry was lost"));
    }
  }

  const timer = setInterval(() => {
    renew().catch((error: unknown) => log.warn({ err: error, queue: worker.name }, "locks could not be renewed"));
  }, lockDurationMs / 3);

  return {
    hold(entry, token) {
      const lost = new AbortController();
      held.set(token, { entry, lost });
      return { lost: lost.signal, release: () => void held.delete(token) };
    },
    close: () => clearInterval(timer),
  };
}
