import { setTimeout } from "node:timers/promises";
import { isUnavailable } from "@longshore/shared/db/sql-error";

const forMs = 5_000;
const everyMs = 200;

/**
 * Finds out what became of a commit that was never answered: asks again while the database is away, for five seconds at
 * most, then rejects as `ask` does.
 */
export async function untilKnown<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + forMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error;
      await setTimeout(everyMs);
    }
  }
}
