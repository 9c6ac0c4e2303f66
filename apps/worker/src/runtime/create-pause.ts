import { isConflict, mayPass } from "@longshore/shared/db/sql-error";
import type { Logger } from "@longshore/shared/logger";

const pauseMs = 2_000;

/** Keeps a queue's fetching from going on as long as what is fetched fails because of the database, and says so once. */
export type Pause = {
  /** How long nothing is to be fetched from now on. */
  leftMs(): number;
  /** An entry was dealt with, or failed. */
  note(failure: Error | undefined): void;
};

/**
 * A database that is away, read-only or out of disk fails one entry like the next. So after one that it failed a queue
 * waits before it fetches more: every two seconds something is tried, until the database has taken it.
 */
export function createPause({ queue, log }: { queue: string; log: Logger }): Pause {
  let until = -Infinity;
  let since: number | undefined;

  function begin(failure: Error): void {
    const now = performance.now();
    until = now + pauseMs;
    if (since === undefined) log.error({ err: failure, queue }, "fetching pauses: the database takes no writes");
    since ??= now;
  }

  function end(): void {
    if (since === undefined) return;
    log.info({ queue, pausedMs: Math.round(performance.now() - since) }, "fetching goes on");
    until = -Infinity;
    since = undefined;
  }

  return {
    leftMs: () => Math.max(0, until - performance.now()),
    note(failure) {
      if (!failure) end();
      else if (mayPass(failure) && !isConflict(failure)) begin(failure);
    },
  };
}
