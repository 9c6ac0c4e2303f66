/** What the threads of `threads.test.ts` run. */
import { setTimeout } from "node:timers/promises";
import { SnoozeError, UnrecoverableError } from "../src/jobs/define-handler.ts";
import { serveThread } from "../src/threads/serve-thread.ts";
import type { ThreadContext } from "../src/jobs/define-handler.ts";

type Payload = { what: string; ms?: number };

async function handle({ what, ms = 0 }: Payload, { attempt, log, progress }: ThreadContext): Promise<object> {
  if (what === "spin") {
    const end = performance.now() + ms;
    let turns = 0;
    while (performance.now() < end) turns += 1;
    return { spun: turns > 0, attempt };
  }
  if (what === "talk") {
    log.info("half way", { at: 0.5, odd: () => {} });
    progress(1, 2, "steps");
    await setTimeout(50);
    return {};
  }
  if (what === "exit") process.exit(1);
  if (what === "snooze") throw new SnoozeError(60_000, "too early");
  if (what === "unrecoverable") throw new UnrecoverableError("never", "not_ever");
  throw new Error("no luck");
}

export default serveThread({ threaded: handle });
