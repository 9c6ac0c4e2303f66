import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setTimeout } from "node:timers/promises";
import type { QueueSettings } from "@longshore/shared/queue/queue-settings";
import { contracts } from "@longshore/shared/jobs/contracts";
import { insertJobs } from "@longshore/shared/jobs/insert-jobs";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import { toJobRow } from "@longshore/shared/jobs/to-job-row";
import { applyQueueSettings } from "@longshore/shared/queue/apply-queue-settings";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { JobHandler } from "../src/jobs/define-handler.ts";
import type { RunningWorker } from "../src/worker.ts";
import { createTestWorker } from "./create-test-worker.ts";

let database: TestDatabase;
let redis: TestRedis;
let producer: Producer;
let workers: RunningWorker[] = [];
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  producer = createProducer(redis.commands, redis.namespace);
});
afterAll(async () => {
  await producer.close();
  await Promise.all([database.close(), redis.close()]);
});

/** How many jobs of this test were started, run, and did so at once at most; and what keeps them from ending. */
let seen: { started: number; running: number; most: number; hold?: Promise<unknown> };
beforeEach(() => {
  seen = { started: 0, running: 0, most: 0 };
});
const note: JobHandler = async (payload) => {
  const ours = seen;
  ours.started += 1;
  ours.running += 1;
  ours.most = Math.max(ours.most, ours.running);
  await ours.hold;
  await setTimeout((payload as { durationMs: number }).durationMs);
  ours.running -= 1;
  return { sleptMs: 0 };
};

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  for (const table of ["jobs", "queue_settings"] as const) await database.db.deleteFrom(table).execute();
  await redis.wipe();
});

/** Two workers of ten slots each, which know the settings of the queues. */
function startWorkers(): void {
  const kinds = [{ contract: { ...contracts.sleep, concurrency: 10 }, handler: note }];
  workers = [1, 2].map(() => createTestWorker({ database, redis, producer }, { kinds }));
}

/** As the API does. */
async function set({ paused = false, concurrency = null, rateLimit = null }: Partial<QueueSettings>): Promise<void> {
  const columns = {
    paused,
    concurrency,
    rate_max: rateLimit?.max ?? null,
    rate_duration_ms: rateLimit?.durationMs ?? null,
  };
  await database.db
    .insertInto("queue_settings")
    .values({ queue: "sleep", ...columns })
    .onConflict((conflict) => conflict.column("queue").doUpdateSet(columns))
    .execute();
  await applyQueueSettings(database.db, producer);
}

async function submit(count: number, durationMs: number): Promise<void> {
  const rows = Array.from({ length: count }, () =>
    toJobRow({ kind: "sleep", payload: { durationMs } }, { tenant: "default", requestId: null }),
  );
  await insertJobs(database.db, rows);
  await producer.enqueue(toEntries(rows));
}

const untilStarted = (count: number) => waitFor(`${count} starts`, async () => seen.started >= count);

describe("a global concurrency", () => {
  it("holds on all workers together, however the jobs came", async () => {
    await set({ concurrency: 2 });
    startWorkers();
    seen.hold = waitFor("two at once", async () => seen.most >= 2);
    await submit(40, 30);
    await untilStarted(40);
    expect(seen.most).toBe(2);
  });

  it("that is changed while jobs wait holds for those", async () => {
    await set({ concurrency: 1 });
    startWorkers();
    await submit(200, 40);
    await untilStarted(5);
    expect(seen.most).toBe(1);

    const held = Promise.withResolvers<void>();
    seen.hold = held.promise;
    await set({ concurrency: 4 });
    await waitFor("four at once", async () => seen.running === 4);

    await set({});
    await waitFor("more at once", async () => seen.running > 4);
    held.resolve();
  });
});

describe("a rate limit", () => {
  it("holds on all workers together", async () => {
    await set({ rateLimit: { max: 5, durationMs: 500 } });
    startWorkers();
    const start = performance.now();
    await submit(30, 1);
    await untilStarted(20);
    // Five at once, and five after each of three durations, less what two clocks may differ.
    expect(performance.now() - start).toBeGreaterThan(3 * 500 - 20);
  });

  it("that is taken away holds up nothing any more", async () => {
    await set({ rateLimit: { max: 1, durationMs: 60_000 } });
    startWorkers();
    await submit(10, 1);
    await untilStarted(1);
    await set({});
    await untilStarted(10);
  });
});

describe("a paused queue", () => {
  it("starts nothing, lets go on what runs, and goes on when it is resumed", async () => {
    startWorkers();
    await submit(1, 400);
    await untilStarted(1);
    await set({ paused: true });
    await submit(3, 1);
    await waitFor("the end of what ran", async () => seen.running === 0);
    expect(seen.started).toBe(1);

    await set({});
    await untilStarted(4);
  });

  it("is still paused after Redis has lost everything", async () => {
    await set({ paused: true, concurrency: 3, rateLimit: { max: 7, durationMs: 900 } });
    await redis.wipe();
    expect(await applyQueueSettings(database.db, producer)).toEqual(["sleep"]);
    expect(await producer.control("sleep").read()).toEqual({
      paused: true,
      concurrency: 3,
      rateLimit: { max: 7, durationMs: 900 },
    });
    expect(await applyQueueSettings(database.db, producer)).toEqual([]);
  });

  it("that nobody paused by these means is resumed", async () => {
    const settings = { paused: true, concurrency: null, rateLimit: null };
    await producer.control("sleep").apply(settings);
    expect(await applyQueueSettings(database.db, producer)).toEqual(["sleep"]);
    expect(await producer.control("sleep").read()).toEqual({ ...settings, paused: false });
  });
});
