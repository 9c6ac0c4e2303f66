import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chunkEntry } from "@longshore/shared/queue/entry";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { reconcile } from "../src/runtime/reconcile.ts";
import { newJob, stage } from "./stage.ts";
import { createWorkerFixture, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";

let fixture: WorkerFixture;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(async () => {
  await fixture.reset();
  await fixture.database.db.deleteFrom("queue_settings").execute();
});
afterAll(() => fixture.close());

const options = { graceMs: 0, unsealedMs: 60_000 };
const sweep = () => reconcile(fixture.database.db, fixture.producer, options);
const often = { reconciler: { ...options, intervalMs: 100 } };
const done: TestHandler = async () => ({});

const row = (n: number) => JSON.stringify({ email: `u${n}@example.com`, name: "U" });
const stageThree = () =>
  stage(fixture.database.db, { dataset: "users", onConflict: "ignore", chunks: [row(0), row(1), row(2)] });

/** The ids of the entries that wait in the queue of tests, and those that are delayed. */
async function entries() {
  const { commands, namespace } = fixture.redis;
  const key = `{${namespace}:test}:test`;
  const [wait, prioritized, delayed] = await Promise.all([
    commands.lrange(`${key}:wait`, 0, -1),
    commands.zrange(`${key}:prioritized`, "0", "-1"),
    commands.zrange(`${key}:delayed`, "0", "-1"),
  ]);
  return { wait, prioritized, delayed };
}

describe("the reconciler", () => {
  it("enqueues what was committed and never reached Redis", async () => {
    const [job] = await fixture.insert({});
    const importId = await stageThree();
    fixture.startWorker({ ...often, kinds: [testKind(done)] });
    await Promise.all([fixture.untilState(job!.id, "succeeded"), fixture.untilState(importId, "succeeded")]);
  });

  it("leaves alone what Redis knows, and what was touched just now", async () => {
    await fixture.submit({ entry: "envelope" }, { entry: "envelope" });
    expect(await sweep()).toMatchObject({ jobs: 0 });
    await fixture.redis.wipe();
    expect(await reconcile(fixture.database.db, fixture.producer, { ...options, graceMs: 60_000 })).toMatchObject({
      jobs: 0,
    });
    expect(await sweep()).toMatchObject({ jobs: 2 });
  });

  it("leaves the job alone that somebody holds in a transaction, and enqueues the others", async () => {
    const [held] = await fixture.submit({ entry: "one" }, { entry: "two" }, { entry: "three" });
    await fixture.redis.wipe();
    await fixture.database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "=", held!.id).forUpdate().execute();
      expect(await sweep()).toMatchObject({ jobs: 2 });
    });
    expect(await sweep()).toMatchObject({ jobs: 1 });
  });

  it("gathers lost jobs in new envelopes that the tables name, once", async () => {
    const soon = new Date(Date.now() + 60_000);
    await fixture.submit(
      ...Array.from({ length: 250 }, (_, n) => ({ entry: `former-${n}` })),
      ...Array.from({ length: 3 }, (_, n) => ({ entry: `first-${n}`, priority: 5 })),
      ...Array.from({ length: 2 }, (_, n) => ({ entry: `later-${n}`, state: "scheduled" as const, run_at: soon })),
    );
    await fixture.redis.wipe();
    expect(await sweep()).toMatchObject({ jobs: 255 });
    expect(await sweep()).toMatchObject({ jobs: 0 });

    const { wait, prioritized, delayed } = await entries();
    expect([wait.length, prioritized.length, delayed.length]).toEqual([3, 1, 1]);
    const named = await fixture.database.db.selectFrom("jobs").select("entry").distinct().execute();
    expect(new Set(named.map(({ entry }) => entry))).toEqual(new Set([...wait, ...prioritized, ...delayed]));
  });

  it("applies the settings of a queue that Redis has lost", async () => {
    const settings = { queue: "sleep", paused: true, concurrency: 3, rate_max: null, rate_duration_ms: null };
    await fixture.database.db
      .insertInto("queue_settings")
      .values({ ...settings, updated_at: new Date() })
      .execute();
    expect(await sweep()).toMatchObject({ queues: 1 });
    expect(await sweep()).toMatchObject({ queues: 0 });
    await fixture.redis.wipe();
    expect(await sweep()).toMatchObject({ queues: 1 });
    expect(await fixture.producer.control("sleep").read()).toMatchObject({ paused: true, concurrency: 3 });
  });

  it("removes an upload that stands still, and none that goes on", async () => {
    const [stale, fresh] = [
      newJob({ state: "receiving", updated_at: new Date(Date.now() - 120_000) }),
      newJob({ state: "receiving" }),
    ];
    await fixture.database.db.insertInto("jobs").values([stale, fresh]).execute();
    expect(await sweep()).toMatchObject({ unsealed: 1 });
    const left = await fixture.database.db.selectFrom("jobs").select("id").where("state", "=", "receiving").execute();
    expect(left).toEqual([{ id: fresh.id }]);
  });

  it("enqueues the chunks that Redis has lost", async () => {
    const importId = await stageThree();
    await fixture.producer.enqueue([chunkEntry({ jobId: importId, seq: 0 })]);
    expect(await sweep()).toMatchObject({ chunks: 1 });
    await fixture.redis.wipe();
    expect(await sweep()).toMatchObject({ chunks: 2 });
  });

  it("is one at a time, however many workers there are", async () => {
    const swept = await Promise.all(Array.from({ length: 4 }, sweep));
    expect(swept.filter(Boolean)).toHaveLength(1);
  });
});

describe("when Redis loses all that it holds", () => {
  it("every job ends: queued, scheduled, prioritised, running and cancelling ones", async () => {
    let held = true;
    const gate: TestHandler = async ({ hold }, { signal }) => {
      if (!hold || !held) return {};
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      return {};
    };
    for (let n = 0; n < 2; n += 1)
      fixture.startWorker({ ...often, lockDurationMs: 1_000, kinds: [testKind(gate, { concurrency: 2 })] });
    const hold = JSON.stringify({ hold: true });
    const running = await fixture.submit({ payload: hold }, { payload: hold }, { payload: hold }, { payload: hold });
    await Promise.all(running.map(({ id }) => fixture.untilState(id, "running")));
    await fixture.submit(
      ...Array.from({ length: 150 }, (_, n) => ({ entry: `envelope-${n % 2}` })),
      ...Array.from({ length: 5 }, () => ({ priority: 3 })),
      { state: "scheduled", run_at: new Date(Date.now() + 1_500) },
      { max_attempts: 5, attempt: 1, run_at: new Date(Date.now() + 1_000) },
    );
    held = false;
    await fixture.database.db
      .updateTable("jobs")
      .set({ state: "cancelling" })
      .where("id", "=", running[0]!.id)
      .execute();
    await fixture.redis.wipe();
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 160, cancelled: 1 });
    await waitFor("the queue to be empty", async () => (await entries()).wait.length === 0);
  });
});
