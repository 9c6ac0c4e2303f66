import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createCrowd } from "./create-crowd.ts";
import { createWorkerFixture, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";

let fixture: WorkerFixture;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

/** Ends when the test says so, or the worker. */
function openGate() {
  const open = Promise.withResolvers<void>();
  const started: string[] = [];
  const handler: TestHandler = async (_payload, { jobId, signal }) => {
    started.push(jobId);
    const stopped = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => stopped.reject(new Error("stopped")));
    await Promise.race([open.promise, stopped.promise]);
    return {};
  };
  return { started, handler, open: () => open.resolve() };
}

const inOneEnvelope = (count: number, changes: object = {}) =>
  Array.from({ length: count }, () => ({ entry: "envelope", ...changes }));

describe("an envelope of more jobs than a worker has slots", () => {
  it("is spread over all workers: each runs as many as it has slots", async () => {
    const gates = Array.from({ length: 4 }, openGate);
    for (const { handler } of gates) fixture.startWorker({ kinds: [testKind(handler, { concurrency: 10 })] });
    await fixture.submit(...inOneEnvelope(40));
    await waitFor("each worker to have its share", async () => gates.every(({ started }) => started.length === 10));
    for (const gate of gates) gate.open();
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 40 });
    expect(new Set(gates.flatMap(({ started }) => started)).size).toBe(40);
  });

  it("holds none of them back for the others: a worker that is free takes what a busy one cannot start", async () => {
    const busy = openGate();
    fixture.startWorker({ kinds: [testKind(busy.handler, { concurrency: 1 })] });
    await fixture.submit(...inOneEnvelope(5));
    await waitFor("one to run", async () => busy.started.length === 1);

    const free = openGate();
    free.open();
    fixture.startWorker({ kinds: [testKind(free.handler, { concurrency: 1 })] });
    await waitFor("the others to run", async () => free.started.length === 4);
    busy.open();
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 5 });
  });

  it("is worked off in its order by a worker that is alone", async () => {
    const order: unknown[] = [];
    const handler: TestHandler = async ({ n }) => {
      order.push(n);
      await setTimeout(60);
      return {};
    };
    fixture.startWorker({ kinds: [testKind(handler, { concurrency: 1 })] });
    const jobs = Array.from({ length: 6 }, (_, n) => ({ entry: "envelope", payload: JSON.stringify({ n }) }));
    await fixture.submit(...jobs, { entry: "next", payload: JSON.stringify({ n: "next" }) });
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 7 });
    expect(order).toEqual([0, 1, 2, 3, 4, 5, "next"]);
  });

  it("keeps its priority when it is handed back", async () => {
    const gate = openGate();
    fixture.startWorker({ kinds: [testKind(gate.handler, { concurrency: 1 })] });
    const jobs = await fixture.submit(...inOneEnvelope(3, { priority: 7 }));
    await waitFor("the others to be handed back", async () => {
      const rows = await Promise.all(jobs.map(({ id }) => fixture.read(id)));
      return rows.filter(({ entry }) => entry !== "envelope").length === 2;
    });
    const { namespace, commands } = fixture.redis;
    const key = `{${namespace}:test}:test:prioritized`;
    const entries = await waitFor("their entries", async () => {
      const found = await commands.zrange(key, "0", "-1", "WITHSCORES");
      return found.length === 4 && found;
    });
    expect(entries.filter((_, index) => index % 2 === 1).map((score) => Math.floor(Number(score) / 2 ** 32))).toEqual([
      7, 7,
    ]);
    gate.open();
    await fixture.untilAllOver();
  });
});

describe("a worker", () => {
  it("never runs more of a kind than it has slots, nor fetches what it cannot start", async () => {
    const crowd = createCrowd(3);
    const handler: TestHandler = async () => {
      await crowd.pass(5);
      return {};
    };
    fixture.startWorker({ kinds: [testKind(handler, { concurrency: 3 })] });
    const jobs = Array.from({ length: 60 }, (_, n) => ({ entry: `envelope-${n % 4}` }));
    await fixture.submit(...jobs);
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 60 });
    expect(crowd.most).toBe(3);
  });

  it("without a free slot leaves entries in the queue", async () => {
    const gate = openGate();
    const other = testKind(async () => ({}), { kind: "other" });
    fixture.startWorker({ kinds: [testKind(gate.handler, { concurrency: 1 }), other] });
    await fixture.submit({});
    await waitFor("it to be busy", async () => gate.started.length === 1);
    await fixture.submit({}, {}, {});
    for (let round = 0; round < 3; round += 1) {
      const [job] = await fixture.submit({ kind: "other" });
      await fixture.untilState(job!.id, "succeeded");
    }
    const { namespace, commands } = fixture.redis;
    expect(await commands.llen(`{${namespace}:test}:test:wait`)).toBe(3);
    gate.open();
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 7 });
  });
});

describe("a queue with a limit", () => {
  async function limit(settings: { concurrency?: number; rate_max?: number; rate_duration_ms?: number }) {
    const { db } = fixture.database;
    const row = {
      queue: "test",
      concurrency: null,
      rate_max: null,
      rate_duration_ms: null,
      updated_at: new Date(),
      ...settings,
    };
    await db.insertInto("queue_settings").values(row).execute();
    await fixture.producer.control("test").apply({
      paused: false,
      concurrency: row.concurrency,
      rateLimit: row.rate_max === null ? null : { max: row.rate_max, durationMs: row.rate_duration_ms! },
    });
  }
  afterEach(() => fixture.database.db.deleteFrom("queue_settings").execute());

  it("of concurrency runs no more at once on all workers together, though they came in one envelope", async () => {
    await limit({ concurrency: 3 });
    const crowd = createCrowd(3);
    const handler: TestHandler = async () => {
      await crowd.pass(30);
      return {};
    };
    for (let n = 0; n < 3; n += 1) fixture.startWorker({ kinds: [testKind(handler)] });
    await fixture.submit(...inOneEnvelope(30));
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 30 });
    expect(crowd.most).toBe(3);
  });

  it("of rate starts no more in a time", async () => {
    await limit({ rate_max: 5, rate_duration_ms: 400 });
    for (let n = 0; n < 2; n += 1) fixture.startWorker({ kinds: [testKind(async () => ({}))] });
    const start = performance.now();
    await fixture.submit(...inOneEnvelope(20));
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 20 });
    // Five at once, and five after each of three durations, less what two clocks may differ.
    expect(performance.now() - start).toBeGreaterThan(3 * 400 - 20);
  });
});
