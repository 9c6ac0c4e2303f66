import { setTimeout } from "node:timers/promises";
import { mayPass } from "@longshore/shared/db/sql-error";
import { backoffMs } from "./backoff.ts";

/** Calls `fn` again while it fails because the database is away or takes no writes, for `forMs` at most; then rejects with its error. */
export async function retryWhileUnavailable<T>(fn: () => Promise<T>, forMs = 30_000): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await fn();
    } catch (error) {
      const waitMs = backoffMs(failures, { maxMs: 5_000 });
      if (!mayPass(error) || performance.now() + waitMs > deadline) throw error;
      await setTimeout(waitMs);
    }
  }
}
