import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import { chunkEntry } from "@longshore/shared/queue/entry";
import { bellChannel } from "@longshore/shared/status/status-board";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { stage } from "./stage.ts";
import { createWorkerFixture, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";

let fixture: WorkerFixture;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ email: `u${from + n}@example.com`, name: "U" })).join("\n");

describe("a worker", () => {
  it("runs the kinds that there are, and rings for each job", async () => {
    const { commands, namespace } = fixture.redis;
    const bell = commands.duplicate();
    const rung: string[] = [];
    bell.on("message", (_channel, jobIds: string) => rung.push(...jobIds.split(" ")));
    await waitFor("the bell", async () => bell.status === "ready");
    await bell.subscribe(bellChannel(namespace));

    fixture.startWorker();
    const [job] = await fixture.submit({ kind: "sleep", payload: JSON.stringify({ durationMs: 1 }) });
    await fixture.untilState(job!.id, "succeeded");
    await waitFor("a ring", async () => rung.includes(job!.id));
    bell.disconnect();
  });

  it("applies all chunks of an import although only a window of them is enqueued", async () => {
    fixture.startWorker();
    const { db } = fixture.database;
    const jobId = await stage(db, {
      dataset: "users",
      chunks: Array.from({ length: 9 }, (_, seq) => lines(seq * 10, 10)),
    });
    await fixture.producer.enqueue([0, 1].map((seq) => chunkEntry({ jobId, seq })));
    await fixture.untilState(jobId, "succeeded");
    const { n } = await db
      .selectFrom("users")
      .select(({ fn }) => fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    expect(n).toBe(90);
  });

  it("runs a failed attempt again by itself, after its backoff", async () => {
    const attempts: number[] = [];
    const handler: TestHandler = async (_payload, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error("no luck");
      return {};
    };
    fixture.startWorker({ kinds: [testKind(handler)] });
    const [job] = await fixture.submit({});
    expect(await fixture.untilState(job!.id, "succeeded")).toMatchObject({ attempt: 3, delivery: 3 });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it("fails the attempt whose result cannot be stored, and not those that are settled with it", async () => {
    const handler: TestHandler = async ({ n }) => ({ text: n === 1 ? "\0" : "fine" });
    fixture.startWorker({ kinds: [testKind(handler)] });
    const jobs = await fixture.submit(
      ...[0, 1, 2].map((n) => ({ entry: "envelope", payload: JSON.stringify({ n }), max_attempts: 1 })),
    );
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 2, failed: 1 });
    const { error } = await fixture.read(jobs[1]!.id);
    expect(error).toMatchObject({ code: "handler_failed" });
    expect(error?.message).toContain("The result cannot be stored");
  });
});

describe("a worker that closes", () => {
  /** Runs until it is cut off in the first worker, and ends at once in the next. */
  function startTwice() {
    const begun: string[] = [];
    const untilCutOff: TestHandler = (_payload, { jobId, signal }) => {
      begun.push(jobId);
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    };
    const worker = fixture.startWorker({ kinds: [testKind(untilCutOff, { concurrency: 2 })] });
    return { worker, begun };
  }

  it("hands back what it runs, and what waits for a slot: the next one runs all, and no attempt is spent", async () => {
    const { worker, begun } = startTwice();
    const jobs = await fixture.submit(...Array.from({ length: 5 }, () => ({ entry: "envelope" })));
    await waitFor("two to run", async () => begun.length === 2);
    await worker.close();
    for (const { id } of jobs) {
      const { state, attempt, error, entry } = await fixture.read(id);
      expect({ state, attempt, error }).toEqual({ state: "queued", attempt: 0, error: null });
      expect(await fixture.producer.knows("test", [entry!])).toEqual([true]);
    }

    fixture.startWorker({ kinds: [testKind(async () => ({}))] });
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 5 });
    for (const { id } of jobs)
      expect(await fixture.read(id)).toMatchObject({ attempt: 1, delivery: begun.includes(id) ? 2 : 1 });
  });

  it("lets what it runs end within the drain time", async () => {
    const worker = fixture.startWorker({ drainMs: 10_000 });
    const [job] = await fixture.submit({ kind: "sleep", payload: JSON.stringify({ durationMs: 300 }) });
    await fixture.untilState(job!.id, "running");
    await worker.close();
    expect(await fixture.read(job!.id)).toMatchObject({ state: "succeeded", delivery: 1 });
  });
});

describe("an entry", () => {
  it("whose worker was lost is taken over with those of its jobs that are not over", async () => {
    const [done, lost, fresh] = await fixture.insert(
      { entry: "envelope", state: "succeeded", delivery: 1, settled_delivery: 1 },
      { entry: "envelope", state: "running", delivery: 1 },
      { entry: "envelope" },
    );
    const jobs = [done!.id, lost!.id, fresh!.id];
    await fixture.producer.enqueue([{ id: "envelope", queue: "test", data: { jobs } }]);
    fixture.startWorker({ kinds: [testKind(async () => ({}))] });
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 3 });
    const deliveries = await Promise.all(jobs.map(async (id) => (await fixture.read(id)).delivery));
    expect(deliveries).toEqual([1, 2, 1]);
  });

  it("whose workers were lost three times is divided: each of its jobs gets an entry of its own", async () => {
    const lost = { entry: "envelope", state: "running", delivery: 3 } as const;
    const inserted = await fixture.insert(lost, lost, { entry: "envelope" });
    const jobs = inserted.map(({ id }) => id);
    await fixture.producer.enqueue([{ id: "envelope", queue: "test", data: { jobs } }]);
    fixture.startWorker({ kinds: [testKind(async () => ({}))], maxDeliveries: 3 });
    expect(await fixture.untilAllOver()).toEqual({ succeeded: 3 });
    const ended = await Promise.all(jobs.map(fixture.read));
    expect(ended.map(({ delivery, attempt }) => [delivery, attempt])).toEqual([
      [5, 1],
      [5, 1],
      [1, 1],
    ]);
    expect(new Set(ended.map(({ entry }) => entry)).size).toBe(3);
  });

  it("comes again when its jobs could not be claimed", async () => {
    const { db } = fixture.database;
    await db.schema.alterTable("jobs").renameColumn("request_id", "elsewhere").execute();
    fixture.startWorker({ kinds: [testKind(async () => ({}))] });
    const { id } = { id: crypto.randomUUID() };
    await fixture.producer.enqueue([{ id: "envelope", queue: "test", data: { jobs: [id] } }]);
    const { commands, namespace } = fixture.redis;
    await waitFor("it to be delayed", async () => (await commands.zcard(`{${namespace}:test}:test:delayed`)) === 1);
    await db.schema.alterTable("jobs").renameColumn("elsewhere", "request_id").execute();

    await fixture.insert({ id, entry: "envelope" });
    await fixture.untilState(id, "succeeded");
  });

  it("comes again for the job that somebody holds in a transaction, while the others are run", async () => {
    const [held, ...others] = await fixture.insert(...[1, 2, 3].map(() => ({ entry: "envelope" })));
    fixture.startWorker({ kinds: [testKind(async () => ({}))] });
    await fixture.database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "=", held!.id).forUpdate().execute();
      await fixture.producer.enqueue(toEntries([held!, ...others]));
      for (const { id } of others) await fixture.untilState(id, "succeeded");
    });
    expect(await fixture.untilState(held!.id, "succeeded")).toMatchObject({ attempt: 1, delivery: 1 });
  });
});
