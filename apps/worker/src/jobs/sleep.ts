import { setTimeout } from "node:timers/promises";
import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { JobHandler } from "./define-handler.ts";

const stepMs = 250;

export const handleSleep: JobHandler<Contracts["sleep"]> = async ({ durationMs }, context) => {
  const start = performance.now();
  // A timer may be early by less than a millisecond.
  for (let slept = 0; durationMs - slept >= 1; slept = performance.now() - start) {
    if (slept > 0) context.progress(Math.round(slept), durationMs, "ms");
    await setTimeout(Math.min(stepMs, durationMs - slept), undefined, { signal: context.signal });
  }
  return { sleptMs: Math.round(performance.now() - start) };
};
