import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

let stack: FaultStack;
let jobs: JobFixture;
const outcomes: Outcome[] = [];
let apps: number[];
beforeAll(async () => {
  stack = await startFaultStack();
  jobs = await createJobFixture(stack);
  apps = stack.apps();
});
afterEach(() => stack.redis.config("SET", "maxmemory", "0", "maxmemory-policy", "noeviction"));
afterAll(() => stack?.[Symbol.asyncDispose]());

async function startImport(group: string, count: number) {
  const outcome = await submit(stack.url, { group, count });
  outcomes.push(outcome);
  return outcome.job;
}

const logged = () => ["api", "worker-1", "worker-2", "worker-3"].flatMap((name) => stack.readLog(name));
const countRefused = () => logged().filter((line) => line.includes("OOM command not allowed")).length;

describe("while Redis is full", () => {
  it("imports and jobs are answered with a 202, nobody logs without end, and all is done when there is room", async () => {
    const large = await startImport("before-full-", 50_000);
    await untilUnderWay(stack, large);
    const linesBefore = logged().length;
    // Less than it has: every command that takes memory is refused.
    await stack.redis.config("SET", "maxmemory", "1");
    await startImport("full-", 5_000);
    const submitted = await Promise.all(Array.from({ length: 50 }, () => jobs.submit("sleep", { durationMs: 0 })));
    const start = performance.now();
    await waitFor("all processes to have been refused many times", async () => countRefused() > 200, 60_000);
    const seconds = (performance.now() - start) / 1_000;
    const lines = logged().length - linesBefore;
    process.stdout.write(`Redis full: ${lines} lines of log in ${seconds.toFixed(1)} s\n`);
    // A process that tries again without a rest writes thousands of them in a second.
    expect(lines / Math.max(1, seconds)).toBeLessThan(1_000);

    await stack.redis.config("SET", "maxmemory", "0");
    for (const job of submitted) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });
});

describe("while Redis may evict keys", () => {
  it("workers are not ready and say why, and the API goes on accepting", async () => {
    await stack.redis.config("SET", "maxmemory-policy", "allkeys-lru");
    for (const name of ["worker-1", "worker-2", "worker-3"]) {
      const response = await fetch(`${stack.urlOf(name)}/readyz`);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({
        detail: "Redis may evict keys (maxmemory-policy is allkeys-lru); set it to noeviction",
      });
    }
    expect((await fetch(`${stack.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${stack.url}/health`)).json()).toMatchObject({ status: "degraded" });
    await startImport("evicting-", 5_000);
    await expectEachRowOnce(stack, outcomes);
  });
});
