import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startScratchServices } from "@longshore/stack/scratch-services";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { startProxy, type Proxy } from "./start-proxy.ts";
import { submit, type Outcome } from "./upload.ts";

/** How long a connection may be silent about a command, in `connect-redis.ts`. */
const silenceMs = 10_000;
/** `LOCK_DURATION_MS`, as the stack has it, and two looks for entries that were lost. */
const takeOverMs = 4_000;
const withinMs = silenceMs + takeOverMs + 1_000;

let redis: Proxy;
let stack: FaultStack;
let jobs: JobFixture;
let apps: number[];
const outcomes: Outcome[] = [];
const cleanup = new AsyncDisposableStack();
beforeAll(async () => {
  const services = cleanup.use(await startScratchServices());
  redis = cleanup.use(await startProxy(services.redis.url));
  stack = cleanup.use(
    await startFaultStack(
      { DATABASE_URL: services.postgres.url, REDIS_URL: redis.url },
      { databaseUrl: services.postgres.url, redisUrl: services.redis.url },
    ),
  );
  jobs = await createJobFixture(stack);
  apps = stack.apps();
});
afterAll(() => cleanup.disposeAsync());

const isOver = async (job: JobView, url: string) =>
  isTerminal(((await (await fetch(url + job.links.self)).json()) as JobView).state);

describe("connections to Redis that neither answer nor break, for good", () => {
  it("are replaced in time by workers that wait for work, and by the API", async () => {
    redis.silence();
    const { job } = await jobs.submitProcess();
    const start = performance.now();
    await waitFor("the job to be over", () => isOver(job, stack.url), withinMs);
    process.stdout.write(`Redis silent for good: a job ran after ${seconds(start)} s\n`);

    const second = await jobs.submit("sleep", { durationMs: 1 });
    const response = await fetch(`${stack.url}${second.links.self}?wait=5`);
    expect(await response.json()).toMatchObject({ state: "succeeded" });
  });

  it("cost no row and no attempt in the middle of the work, and no process ends", async () => {
    const writing = await Promise.all(Array.from({ length: 20 }, () => jobs.submitProcess()));
    const sleeping = await Promise.all(Array.from({ length: 20 }, () => jobs.submit("sleep", { durationMs: 2_000 })));
    const outcome = await submit(stack.url, { group: "silent-", count: 100_000 });
    outcomes.push(outcome);
    await untilUnderWay(stack, outcome.job);
    redis.silence();
    outcomes.push(await submit(stack.url, { group: "meanwhile-", count: 5_000 }));
    await expectEachRowOnce(stack, outcomes);
    for (const job of sleeping) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
    for (const { userId, job } of writing) {
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.countWrites(userId)).toBe(1);
    }
    expect(stack.apps()).toEqual(apps);
  });
});

function seconds(start: number): string {
  return ((performance.now() - start) / 1_000).toFixed(1);
}
