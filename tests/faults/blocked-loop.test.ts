import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startPoisonStack, type PoisonStack } from "./start-poison-stack.ts";

let poisoned: PoisonStack;
beforeAll(async () => {
  poisoned = await startPoisonStack();
});
afterAll(() => poisoned?.[Symbol.asyncDispose]());

describe("a job whose handler", () => {
  it("blocks the event loop for ever fails as poisoned, its neighbours succeed, and those it has blocked are replaced", async () => {
    const { stack, jobs, startNeighbours } = poisoned;
    const former = stack.workers();
    const { job } = await jobs.submitProcess("block the event loop");
    await jobs.untilRunning(job);
    const expectNeighbours = await startNeighbours();
    expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "failed", error: { code: "poisoned" } });
    await expectNeighbours();
    const start = performance.now();
    await waitFor(
      "another process in the place of each that is blocked",
      async () => {
        const now = stack.workers();
        return now.length === former.length && former.filter((pid) => now.includes(pid)).length === 1;
      },
      60_000,
    );
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    process.stdout.write(`Event loops blocked for ever: all replaced ${seconds} s after the job was poisoned\n`);
  });
});
