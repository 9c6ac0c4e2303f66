import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "../db/create-database.ts";

const suspendedMs = 10_000;
/** Clocks of two machines may run this much apart in that time, and a commit may take as long. */
const marginMs = 2_000;

/** Resolves when no process uses the cache, and none will before what was committed by then is all that it can find. */
export type SuspendCache = () => Promise<void>;

/**
 * Puts a cache out of use by a row in PostgreSQL that all who read the cache know of: what writers do who cannot reach
 * Redis. After a while it is used again, under a new epoch: what was in it is not found any more. The first call waits
 * for the lease of those who read; while calls keep coming, the others need not.
 */
export function createSuspendCache(db: Db, cache: string, leaseMs: number): SuspendCache {
  let inForceUntil = -Infinity;
  let suspending: Promise<void> | undefined;

  async function suspend(): Promise<void> {
    const askedAt = performance.now();
    await sql`
      insert into caches as known (cache, epoch, suspended_until)
      values (${cache}, 1, clock_timestamp() + ${suspendedMs} * interval '1 millisecond')
      on conflict (cache) do update set epoch = known.epoch + 1,
        suspended_until = greatest(known.suspended_until, excluded.suspended_until)`.execute(db);
    await setTimeout(leaseMs);
    inForceUntil = askedAt + suspendedMs;
  }

  function suspendOnce(): Promise<void> {
    suspending ??= suspend().finally(() => {
      suspending = undefined;
    });
    suspending.catch(() => {});
    return suspending;
  }

  return async function suspendCache() {
    const leftMs = inForceUntil - performance.now();
    if (leftMs < suspendedMs / 2) void suspendOnce();
    if (leftMs < marginMs) await suspendOnce();
  };
}
