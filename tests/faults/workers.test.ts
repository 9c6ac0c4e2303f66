import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTerminal } from "@longshore/shared/status/job-state";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { look } from "./read-truth.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

let stack: FaultStack;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  stack = await startFaultStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function startImport(group: string, count = 100_000) {
  const outcome = await submit(stack.url, { group, count });
  outcomes.push(outcome);
  await untilUnderWay(stack, outcome.job);
  return outcome.job;
}

describe("an import is applied once", () => {
  it("when its workers are killed, one after the other, four times", async () => {
    const job = await startImport("one-by-one-", 200_000);
    for (const name of ["worker-1", "worker-2", "worker-3", "worker-1"]) {
      await untilUnderWay(stack, job);
      await stack.killAndReplace(name);
    }
    await expectEachRowOnce(stack, outcomes);
  });

  it("when all workers are killed at once, twice", async () => {
    const job = await startImport("all-at-once-", 200_000);
    for (let round = 0; round < 2; round += 1) {
      await untilUnderWay(stack, job);
      await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    }
    await expectEachRowOnce(stack, outcomes);
  });

  it("when a worker is told to stop: it ends in good order, and its successor goes on", async () => {
    await startImport("drain-");
    const former = stack.pid("worker-2");
    kill(former, "SIGTERM");
    await waitFor("it to end in good order", async () =>
      stack.output().includes("worker-2 ended by itself (exit code 0)"),
    );
    await expectEachRowOnce(stack, outcomes);
    await stack.replaced("worker-2", former);
  });
});

describe("a worker that is frozen beyond its lock", () => {
  it("holds up no import, and adds nothing when it wakes", async () => {
    const frozen = stack.pid("worker-3");
    const job = await startImport("frozen-");
    kill(frozen, "SIGSTOP");
    try {
      await waitFor("the others to end the import", async () => isTerminal((await look(stack, job)).state), 60_000);
    } finally {
      kill(frozen, "SIGCONT");
    }
    await expectEachRowOnce(stack, outcomes);

    for (const name of ["worker-1", "worker-2"]) kill(stack.pid(name), "SIGSTOP");
    try {
      await startImport("woken-", 20_000);
      await expectEachRowOnce(stack, outcomes);
    } finally {
      for (const name of ["worker-1", "worker-2"]) kill(stack.pid(name), "SIGCONT");
    }
    expect(stack.pid("worker-3")).toBe(frozen);
  });
});
