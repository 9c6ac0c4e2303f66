import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import { removeOldJobs } from "./remove-old-jobs.ts";
import { removeOldIdempotencyKeys, removeOrphanedImportKeys } from "./remove-old-keys.ts";
import { startTicker, type Ticker } from "./start-ticker.ts";

const intervalMs = 60_000;

/** How long what is over is kept; 0 for ever. */
export type Retention = { jobsMs: number; idempotencyKeysMs: number };

/** Removes what is old every minute, until closed. */
export function startRemoving(db: Db, log: Logger, retention: Retention): Ticker {
  async function run(closing: AbortSignal): Promise<void> {
    const removed = await removeOld(db, retention, closing);
    if (removed.jobs + removed.idempotencyKeys > 0) log.info(removed, "removed what was old");
  }
  return startTicker({ name: "retention", intervalMs, run, log });
}

/**
 * Removes jobs that ended longer ago than they are kept, with all that belongs to them, and idempotency keys. Goes in small
 * steps, each in a transaction of its own, and rests after each for as long as it took.
 */
export async function removeOld(
  db: Db,
  { jobsMs, idempotencyKeysMs }: Retention,
  closing: AbortSignal = new AbortController().signal,
): Promise<{ jobs: number; idempotencyKeys: number }> {
  // What is removed is gone: one clock for all processes, not that of this one.
  const { rows } = await sql<{ now: Date }>`select now()`.execute(db);
  const agoFrom = rows[0]!.now.getTime();
  const removed = { jobs: 0, idempotencyKeys: 0 };
  if (jobsMs > 0) {
    removed.jobs = await addSteps(removeOldJobs(db, new Date(agoFrom - jobsMs)), closing);
    await addSteps(removeOrphanedImportKeys(db), closing);
  }
  if (idempotencyKeysMs > 0) {
    removed.idempotencyKeys = await addSteps(
      removeOldIdempotencyKeys(db, new Date(agoFrom - idempotencyKeysMs)),
      closing,
    );
  }
  return removed;
}

async function addSteps(steps: AsyncIterable<number>, closing: AbortSignal): Promise<number> {
  let removed = 0;
  let start = performance.now();
  for await (const step of steps) {
    removed += step;
    await setTimeout(performance.now() - start, undefined, { signal: closing }).catch(() => {});
    if (closing.aborted) break;
    start = performance.now();
  }
  return removed;
}
