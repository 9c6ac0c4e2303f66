import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startPoisonStack, type PoisonStack } from "./start-poison-stack.ts";

let poisoned: PoisonStack;
beforeAll(async () => {
  poisoned = await startPoisonStack();
});
afterAll(() => poisoned?.[Symbol.asyncDispose]());

describe("a job whose handler", () => {
  it.each([
    ["ends the process as if all were well", "process.exit(0)", "exit code 0"],
    ["ends the process as failed", "process.exit(1)", "exit code 1"],
    ["throws where nobody can catch it", "throw in a timer", "exit code 1"],
    ["fills the heap until there is no more", "fill the heap", "SIG"],
  ])("%s fails as poisoned, and its neighbours succeed", async (_what, poison, ending) => {
    const { stack, jobs, maxDeliveries, startNeighbours } = poisoned;
    const said = stack.output().length;
    const { userId, job } = await jobs.submitProcess(poison);
    await jobs.untilRunning(job);
    const expectNeighbours = await startNeighbours();
    expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "failed", error: { code: "poisoned" } });
    expect(await jobs.deliveriesOf(job)).toBe(maxDeliveries + 1);
    expect(await jobs.countWrites(userId)).toBe(0);
    await expectNeighbours();
    // A heap that fills keeps its process longer than the lock lasts.
    await waitFor("each that ran it to end so", async () => {
      const endings = stack.output().slice(said).split(`ended by itself (${ending}`).length - 1;
      return endings === maxDeliveries;
    });
  });
});
