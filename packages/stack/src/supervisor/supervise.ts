import { setTimeout as delay } from "node:timers/promises";
import { describeExit, type ManagedProcess } from "../process/start-process.ts";
import type { Say } from "../terminal/say.ts";

export type Supervised = { current(): ManagedProcess; stop(): Promise<void> };

const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** Who ran this long has not failed to start. */
const steadyMs = 30_000;

/**
 * Keeps a process running: whenever it ends by itself, for whatever reason, calls `start` again, soon the first time,
 * later and later if it keeps ending, and says so in a line.
 */
export function supervise(first: ManagedProcess, start: () => Promise<ManagedProcess>, say: Say): Supervised {
  const stopping = new AbortController();
  let current = first;
  const watching = watch();

  async function watch(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const exit = await current.exited;
      if (stopping.signal.aborted) return;
      failures = Date.now() - startedAt > steadyMs ? 1 : failures + 1;
      say(`${current.name} ended by itself (${describeExit(exit)}), see ${current.logFile}`);
      await restart(failures);
    }
  }

  async function restart(failures: number): Promise<void> {
    for (let failed = failures; !stopping.signal.aborted; failed += 1) {
      const waitMs = Math.min(firstDelayMs * 2 ** (failed - 1), longestDelayMs);
      try {
        await delay(waitMs, undefined, { signal: stopping.signal });
        current = await start();
        say(`${current.name} runs again, as process ${current.pid}`);
        return;
      } catch (error) {
        if (!stopping.signal.aborted) say(`${current.name} could not be started: ${String(error)}`);
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await current.stop();
    await watching;
    // A restart that was under way has left another one.
    await current.stop();
  }

  return { current: () => current, stop };
}
