import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";

export type PoisonStack = AsyncDisposable & {
  stack: FaultStack;
  jobs: JobFixture;
  /** `MAX_DELIVERIES`. */
  maxDeliveries: number;
  /** Submits jobs that do no harm; answers what expects that each succeeds in its first attempt, and writes once. */
  startNeighbours(): Promise<() => Promise<void>>;
};

const maxDeliveries = 3;
const preload = pathToFileURL(`${import.meta.dirname}/replace-handler.ts`).href;

/** A stack of four workers whose handler of `users.process` is the one in `handle-poison.ts`. */
export async function startPoisonStack(): Promise<PoisonStack> {
  const stack = await startFaultStack({
    WORKERS: "4",
    LOCK_DURATION_MS: "1000",
    DRAIN_MS: "500",
    MAX_DELIVERIES: `${maxDeliveries}`,
    // So that a heap is full soon.
    NODE_OPTIONS: `--import=${preload} --max-old-space-size=128`,
  });
  const jobs = await createJobFixture(stack);

  return {
    stack,
    jobs,
    maxDeliveries,
    async startNeighbours() {
      const writing = await Promise.all(Array.from({ length: 10 }, () => jobs.submitProcess()));
      const sleeping = await Promise.all(Array.from({ length: 10 }, () => jobs.submit("sleep", { durationMs: 500 })));
      return async () => {
        for (const job of sleeping) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
        for (const { userId, job } of writing) {
          expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
          expect(await jobs.countWrites(userId)).toBe(1);
        }
      };
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
