import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startRedis } from "@longshore/stack/redis/start-redis";
import { startScratchServices, type ScratchServices } from "@longshore/stack/scratch-services";
import { isAppReady } from "@longshore/stack/supervisor/is-app-ready";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { startProxy, type Proxy } from "./start-proxy.ts";
import { submit, upload, type Outcome } from "./upload.ts";

const commit = "commit\0";

let services: ScratchServices;
let postgres: Proxy;
let redis: Proxy;
let stack: FaultStack;
let jobs: JobFixture;
const outcomes: Outcome[] = [];
const cleanup = new AsyncDisposableStack();
beforeAll(async () => {
  services = cleanup.use(await startScratchServices());
  postgres = cleanup.use(await startProxy(services.postgres.url));
  redis = cleanup.use(await startProxy(services.redis.url));
  stack = cleanup.use(
    await startFaultStack(
      { DATABASE_URL: postgres.url, REDIS_URL: redis.url, DATABASE_STATEMENT_TIMEOUT_MS: "3000" },
      { databaseUrl: services.postgres.url, redisUrl: services.redis.url },
    ),
  );
  jobs = await createJobFixture(stack);
});
afterEach(() => {
  postgres.set("open");
  redis.set("open");
});
afterAll(() => cleanup.disposeAsync());

async function startImport(group: string, count: number) {
  const outcome = await submit(stack.url, { group, count });
  outcomes.push(outcome);
  return outcome.job;
}

/** Jobs that write, while whatever goes on: each is to succeed, and to write once. */
async function startJobs(count: number) {
  const submitted = await Promise.all(Array.from({ length: count }, () => jobs.submitProcess()));
  return async () => {
    for (const { userId, job } of submitted) {
      expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.countWrites(userId)).toBe(1);
    }
  };
}

describe("each row and each write is applied once when the network", () => {
  it("breaks all connections in the middle of an import, ten times", async () => {
    const expectWritten = await startJobs(30);
    await untilUnderWay(stack, await startImport("cut-", 50_000));
    for (let round = 0; round < 10; round += 1) {
      postgres.cut();
      redis.cut();
      await setTimeout(200);
    }
    await expectEachRowOnce(stack, outcomes);
    await expectWritten();
  });

  it("takes 50 ms each way", async () => {
    postgres.set({ delayMs: 50 });
    redis.set({ delayMs: 50 });
    const expectWritten = await startJobs(10);
    await startImport("late-", 5_000);
    await expectEachRowOnce(stack, outcomes);
    await expectWritten();
  });

  it("brings one byte at a time", async () => {
    postgres.set("dribbled");
    redis.set("dribbled");
    const expectWritten = await startJobs(5);
    await startImport("dribbled-", 300);
    await expectEachRowOnce(stack, outcomes);
    await expectWritten();
  });

  it("brings what PostgreSQL is told, and for five seconds nothing of what it answers", async () => {
    const expectWritten = await startJobs(10);
    await untilUnderWay(stack, await startImport("postgres-held-", 50_000));
    postgres.set("answers held");
    await setTimeout(5_000);
    postgres.set("open");
    await expectEachRowOnce(stack, outcomes);
    await expectWritten();
  });

  it("brings what Redis is told, and for five seconds nothing of what it answers", async () => {
    const expectWritten = await startJobs(10);
    await untilUnderWay(stack, await startImport("redis-held-", 50_000));
    redis.set("answers held");
    await startImport("while-redis-held-", 5_000);
    await setTimeout(5_000);
    redis.set("open");
    await expectEachRowOnce(stack, outcomes);
    await expectWritten();
  });

  it("loses all connections to PostgreSQL without a word, for good", async () => {
    const expectWritten = await startJobs(10);
    await untilUnderWay(stack, await startImport("silent-", 50_000));
    postgres.silence();
    const manyReady = () => Promise.all(Array.from({ length: 10 }, () => isAppReady(stack.url)));
    await waitFor("the API to have new ones", async () => (await manyReady()).every(Boolean), 60_000);
    await expectEachRowOnce(stack, outcomes);
    await expectWritten();
  });

  it("loses the answer to the commit of a chunk", async () => {
    const lost = postgres.loseAnswer({ app: "longshore-worker", after: 'update "import_chunks"', marker: commit });
    await startImport("lost-commit-", 5_000);
    await lost;
    await expectEachRowOnce(stack, outcomes);
  });

  it("loses the answer to the commit of a handler's step", async () => {
    const lost = postgres.loseAnswer({ app: "longshore-worker", after: 'insert into "user_profiles"', marker: commit });
    const expectWritten = await startJobs(1);
    await lost;
    await expectWritten();
  });

  it("loses the answer to a settlement", async () => {
    const lost = postgres.loseAnswer({ app: "longshore-worker", marker: "sleptMs" });
    const job = await jobs.submit("sleep", { durationMs: 1 });
    await lost;
    expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect(await jobs.deliveriesOf(job)).toBe(1);
  });
});

describe("an API that is killed after it has enqueued an import, before its 202", () => {
  it("has taken it once: the same request with the same idempotency key finds it", async () => {
    const rows = { group: "enqueued-", count: 5_000 };
    redis.set("answers held");
    const cutOff = upload(stack.url, rows, { idempotencyKey: "enqueued" });
    await waitFor("the entry of its first chunk", async () => {
      const keys = await stack.redis.keys("{longshore:imports}:imports:*-0");
      return keys.length > 0;
    });
    await stack.killAndReplace("api");
    redis.set("open");
    expect((await cutOff).job).toBeUndefined();
    await waitFor("the API to serve again", () => isAppReady(stack.url));
    outcomes.push(await submit(stack.url, rows, { idempotencyKey: "enqueued" }));
    await expectEachRowOnce(stack, outcomes);
  });
});

describe("a Redis that is away for twenty seconds", () => {
  it("keeps nobody from submitting, and all is done when it is back, with nothing of what it held", async () => {
    const apps = stack.apps();
    const { dataDir } = services;
    const { port } = services.redis;
    await services.redis.kill();
    await startImport("away-", 20_000);
    const expectWritten = await startJobs(30);
    await setTimeout(20_000);
    const again = await startRedis({ dataDir, port });
    cleanup.defer(async () => void (await again.stop()));
    const start = performance.now();
    await expectWritten();
    await expectEachRowOnce(stack, outcomes);
    process.stdout.write(`Redis away for 20 s: all done ${((performance.now() - start) / 1_000).toFixed(1)} s later\n`);
    expect(stack.apps()).toEqual(apps);
  });
});
