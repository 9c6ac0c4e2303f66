import { setInterval } from "node:timers/promises";
import type { ManagedProcess } from "../process/start-process.ts";
import type { Say } from "../terminal/say.ts";

export type DeathOptions = {
  isLive: () => Promise<boolean>;
  say: Say;
  signal: AbortSignal;
};

/** The probes of `deploy/kubernetes`: a minute to start, and then three in a row. */
const everyMs = 10_000;
const mayMiss = 3;
const mayMissAtStart = 6;

/**
 * Kills the process that there is now whenever it has not been live for half a minute: one whose event loop is blocked for
 * ever neither works nor ends.
 */
export async function endWhenDead(current: () => ManagedProcess, { isLive, say, signal }: DeathOptions): Promise<void> {
  let watched = current();
  let left = mayMiss;
  for await (const _tick of setInterval(everyMs, undefined, { signal })) {
    if (current() !== watched) {
      watched = current();
      left = mayMissAtStart;
    }
    left = (await isLive()) ? mayMiss : left - 1;
    if (left > 0 || current() !== watched || signal.aborted) continue;
    say(`${watched.name} does not answer any more and is killed`);
    await watched.kill();
    left = mayMissAtStart;
  }
}
