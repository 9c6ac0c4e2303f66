import { setTimeout as delay } from "node:timers/promises";

export type Patience = { deadlineMs: number; everyMs?: number; signal?: AbortSignal | undefined };

/** Asks again and again until the answer is not `undefined`; throws after `deadlineMs`, naming what was waited for. */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  { deadlineMs, everyMs = 25, signal }: Patience,
): Promise<Answer> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs / 1000} s for ${what}, in vain.`);
    await delay(everyMs, undefined, { signal });
  }
}
