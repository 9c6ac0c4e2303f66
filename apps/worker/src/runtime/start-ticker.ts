import { setTimeout } from "node:timers/promises";
import type { Logger } from "@longshore/shared/logger";

export type TickerOptions = {
  /** What is done, for the log. */
  name: string;
  intervalMs: number;
  /** What is done at each tick. One that takes long looks at `closing` now and then. */
  run: (closing: AbortSignal) => Promise<unknown>;
  log: Logger;
};

export type Ticker = { close(): Promise<void> };

/**
 * Does something at once, and again `intervalMs` after it was done, until closed. A tick that fails is logged, and the
 * next one tries again: what must be done is in the tables.
 */
export function startTicker({ name, intervalMs, run, log }: TickerOptions): Ticker {
  const closing = new AbortController();

  async function tick(): Promise<void> {
    try {
      await run(closing.signal);
    } catch (error) {
      log.warn({ err: error, ticker: name }, "a tick failed, will try again");
    }
  }

  async function goOn(): Promise<void> {
    while (!closing.signal.aborted) {
      await tick();
      await setTimeout(intervalMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const running = goOn();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
