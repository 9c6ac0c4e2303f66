import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { Run } from "./run.ts";
import { startTicker, type Ticker } from "./start-ticker.ts";

const intervalMs = 400;

/**
 * Stops the runs of this process whose jobs are to be cancelled. It asks PostgreSQL, where the wish is committed, so no
 * message can be missed; and only while something runs.
 */
export function startStopper({ db, runs, log }: { db: Db; runs: ReadonlySet<Run>; log: Logger }): Ticker {
  return startTicker({ name: "cancel", intervalMs, log, run: () => stopCancelled(db, runs) });
}

async function stopCancelled(db: Db, runs: ReadonlySet<Run>): Promise<void> {
  if (runs.size === 0) return;
  const ids = Array.from(runs, ({ jobId }) => jobId);
  const rows = await db
    .selectFrom("jobs")
    .select("id")
    .where("state", "=", "cancelling")
    .where("id", "in", ids)
    .execute();
  const cancelled = new Set(rows.map(({ id }) => id));
  for (const run of runs) if (cancelled.has(run.jobId)) run.stop("cancelled");
}
