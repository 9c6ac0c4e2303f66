import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

let stack: FaultStack;
const outcomes: Outcome[] = [];
let apps: number[];
beforeAll(async () => {
  stack = await startFaultStack();
  apps = stack.apps();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function startImport(group: string, count: number) {
  const outcome = await submit(stack.url, { group, count });
  outcomes.push(outcome);
  return outcome.job;
}

describe("an import is applied once, and no process ends, when in its middle Redis", () => {
  it("is killed and comes back", async () => {
    await untilUnderWay(stack, await startImport("killed-", 100_000));
    await stack.killAndReplace("redis");
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });

  it("loses all that it holds, three times", async () => {
    const job = await startImport("flushed-", 200_000);
    for (let round = 0; round < 3; round += 1) {
      await untilUnderWay(stack, job);
      await stack.redis.flushall();
    }
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });

  it("hangs: uploads are answered with a 202 meanwhile", async () => {
    await untilUnderWay(stack, await startImport("before-", 100_000));
    const redis = stack.pid("redis");
    kill(redis, "SIGSTOP");
    try {
      await startImport("meanwhile-", 5_000);
      await startImport("also-meanwhile-", 5_000);
    } finally {
      kill(redis, "SIGCONT");
    }
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });

  it("is away: uploads are answered with a 202 meanwhile", async () => {
    const redis = stack.pid("redis");
    kill(redis, "SIGKILL");
    await startImport("away-", 5_000);
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });
});
