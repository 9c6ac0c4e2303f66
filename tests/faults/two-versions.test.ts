import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startScratchServices } from "@longshore/stack/scratch-services";
import { copyVersion, type Version } from "./copy-version.ts";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectAllAtOnce, expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startClients } from "./start-clients.ts";
import { startFaultStack, type FaultStack, type Services } from "./start-fault-stack.ts";
import { startVersion, type StartedApp } from "./start-version.ts";
import { submit, type Outcome } from "./upload.ts";

const kind = "greetings.send";
const greeting = { kind, payload: { name: "Ada" } };
const nextVersion = "99.0.0";

/** Which of the two is the older makes no difference: `next` knows the kind, and `stack` does not, or no more. */
let stack: FaultStack;
let next: StartedApp;
let version: Version;
let services: Services;
let jobs: JobFixture;
const cleanup = new AsyncDisposableStack();
beforeAll(async () => {
  const { postgres, redis } = cleanup.use(await startScratchServices());
  services = { databaseUrl: postgres.url, redisUrl: redis.url };
  version = cleanup.use(copyVersion({ version: nextVersion, kind }));
  const env = { WORKERS: "1", DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl };
  stack = cleanup.use(await startFaultStack(env, services));
  jobs = await createJobFixture(stack);
  next = cleanup.use(await startVersion(version, "api", services));
});
afterAll(() => cleanup.disposeAsync());

async function call(url: string, path: string, body?: object) {
  const method = body ? "POST" : "GET";
  const headers = { "content-type": "application/json" };
  const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, body: await response.json() };
}

const submitGreeting = async () => (await call(next.url, "/v1/jobs", greeting)).body as JobView;

describe("while no worker of the version that knows a kind runs", () => {
  let waiting: JobView[];
  beforeAll(async () => {
    waiting = await Promise.all(Array.from({ length: 10 }, submitGreeting));
  });

  it("its jobs wait, also when Redis has lost them meanwhile, and no other worker touches them", async () => {
    await stack.redis.flushall();
    await waitFor("their entries to be in the queue again", async () => {
      const entries = await stack.redis.keys(`{longshore:${kind}}:${kind}:[0-9a-f]*-*`);
      return entries.length > 0;
    });
    expect(await jobs.untilOver((await jobs.submitProcess()).job)).toMatchObject({ state: "succeeded" });
    for (const job of waiting) {
      expect(await call(stack.url, job.links.self)).toMatchObject({ status: 200, body: { kind, state: "queued" } });
      expect(await jobs.deliveriesOf(job)).toBe(0);
    }
  });

  it("the API of the other version refuses new ones, shows those that there are, and cancels and retries them", async () => {
    expect(await call(stack.url, "/v1/jobs", greeting)).toMatchObject({ status: 422, body: { code: "unknown_kind" } });
    const [first] = waiting as [JobView];
    const all = (await call(stack.url, `/v1/jobs?kind=${kind}`)) as { body: { items: JobView[] } };
    expect(all.body.items.map(({ id }) => id).toSorted()).toEqual(waiting.map(({ id }) => id).toSorted());
    expect(await call(stack.url, "/v1/jobs")).toMatchObject({ status: 200 });
    expect(await call(stack.url, "/v1/queues")).toMatchObject({ status: 200 });
    const { self } = first.links;
    expect(await call(stack.url, `${self}/cancel`, {})).toMatchObject({ body: { state: "cancelled" } });
    expect(await call(stack.url, `${self}/retry`, {})).toMatchObject({ body: { state: "queued" } });
  });

  it("its schedules wait for a worker that knows it, which misses none of their runs", async () => {
    const schedule = { name: "greetings", ...greeting, intervalMs: 1_000, catchUp: "all" };
    const { body } = (await call(next.url, "/v1/schedules", schedule)) as { body: { id: string } };
    const read = async () => (await call(stack.url, `/v1/schedules/${body.id}`)).body as { nextRunAt: string };
    const { nextRunAt } = await read();
    await waitFor("two runs to be due", async () => Date.now() > Date.parse(nextRunAt) + 2_000);
    expect(await read()).toMatchObject({ nextRunAt, lastError: null });

    cleanup.use(await startVersion(version, "worker", services));
    const runs = await waitFor("them to have run", async () => {
      const { rows } = await stack.database.pool.query<{ run_at: Date }>(
        "select run_at from jobs where schedule_id = $1 and state = 'succeeded' order by run_at",
        [body.id],
      );
      return rows.length >= 3 && rows;
    });
    const due = Date.parse(nextRunAt);
    expect(runs.slice(0, 3).map(({ run_at }) => run_at.getTime() - due)).toEqual([0, 1_000, 2_000]);
    await call(next.url, `/v1/schedules/${body.id}/pause`, {});
    for (const job of waiting) {
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.deliveriesOf(job)).toBe(1);
    }
  });
});

describe("two versions of workers and APIs at once", () => {
  it("run what both know, each once, while a worker is told to stop, and killed", async () => {
    await waitFor("workers of both versions to be announced", async () => {
      const { items } = (await call(stack.url, "/v1/workers")).body as { items: { version: string }[] };
      return new Set(items.map((worker) => worker.version)).size === 2;
    });
    const clients = [startClients(stack.url, 3), startClients(next.url, 3)];
    const greetings = await Promise.all(Array.from({ length: 20 }, submitGreeting));
    const writing = await Promise.all(Array.from({ length: 20 }, () => jobs.submitProcess()));
    const outcomes: Outcome[] = [
      await submit(next.url, { group: "new-", count: 50_000 }),
      await submit(stack.url, { group: "old-", count: 200_000 }),
    ];
    await untilUnderWay(stack, outcomes[1]!.job!);
    const former = stack.pid("worker-1");
    kill(former, "SIGTERM");
    await stack.replaced("worker-1", former);
    await stack.killAndReplace("worker-1");

    const submitted = await Promise.all(clients.map((group) => group.stop()));
    expect(submitted.flatMap(({ failures }) => failures)).toEqual([]);
    await expectEachRowOnce(stack, outcomes);
    await expectAllAtOnce(stack, [...greetings, ...submitted.flatMap(({ accepted }) => accepted)]);
    for (const { userId, job } of writing) {
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.countWrites(userId)).toBe(1);
    }
  });
});
