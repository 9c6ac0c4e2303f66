import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { JobState } from "@longshore/shared/status/job-state";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry } from "@longshore/shared/queue/entry";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { reconcile } from "../src/runtime/reconcile.ts";
import { createWorker, type RunningWorker } from "../src/worker.ts";
import { newJob, stage } from "./stage.ts";

const log = pino({ level: "silent" });
const reconciling = { intervalMs: 60_000, graceMs: 0, unsealedMs: 60_000 };

let database: TestDatabase;
let redis: TestRedis;
let producer: Producer;
const running: RunningWorker[] = [];
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  producer = createProducer(redis.commands, redis.namespace);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.close()));
});
afterAll(async () => {
  await producer.close();
  await Promise.all([database.close(), redis.close()]);
});

function startWorker(changes: { drainMs?: number; intervalMs?: number } = {}): RunningWorker {
  const worker = createWorker(
    {
      database,
      redis: redis.blocking,
      producer,
      board: createStatusBoard(redis.commands, redis.namespace, () => {}),
      log,
    },
    {
      namespace: redis.namespace,
      importConcurrency: 2,
      lockDurationMs: 2_000,
      maxDeliveries: 10,
      drainMs: changes.drainMs ?? 0,
      reconciler: { ...reconciling, intervalMs: changes.intervalMs ?? 60_000 },
    },
  );
  running.push(worker);
  return worker;
}

async function submitSleep(durationMs: number): Promise<string> {
  const job = newJob({ payload: JSON.stringify({ durationMs }) });
  await database.db.insertInto("jobs").values(job).execute();
  return job.id;
}

async function enqueueSleep(jobId: string): Promise<void> {
  await producer.enqueue([{ id: `${jobId}-0`, queue: "sleep", data: { jobs: [jobId] } }]);
}

function jobOf(jobId: string) {
  return database.db.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();
}

function untilState(jobId: string, state: JobState) {
  return waitFor(`${jobId} to be ${state}`, async () => {
    const job = await jobOf(jobId);
    return job.state === state && job;
  });
}

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ email: `u${from + n}@example.com`, name: "U" })).join("\n");

describe("a worker", () => {
  it("runs a job to its end and shows it on the board", async () => {
    startWorker();
    const jobId = await submitSleep(1);
    await enqueueSleep(jobId);
    await untilState(jobId, "succeeded");
    const board = createStatusBoard(redis.commands, redis.namespace, () => {});
    const shown = await waitFor("the snapshot", async () => (await board.read(jobId))?.state === "succeeded");
    expect(shown).toBe(true);
  });

  it("applies all chunks of an import although only a window of them is enqueued", async () => {
    startWorker();
    const jobId = await stage(database.db, {
      dataset: "users",
      chunks: Array.from({ length: 9 }, (_, seq) => lines(seq * 10, 10)),
    });
    await producer.enqueue([0, 1].map((seq) => chunkEntry({ jobId, seq })));
    await untilState(jobId, "succeeded");
    const { n } = await database.db
      .selectFrom("users")
      .select(({ fn }) => fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    expect(n).toBe(90);
  });

  it("hands a running job back when it closes, and the next worker runs it", async () => {
    const first = startWorker();
    const jobId = await submitSleep(1_500);
    await enqueueSleep(jobId);
    await untilState(jobId, "running");
    await first.close();
    expect(await jobOf(jobId)).toMatchObject({ state: "queued", attempt: 0, error: null });

    startWorker();
    expect(await untilState(jobId, "succeeded")).toMatchObject({ attempt: 1, delivery: 2 });
  });

  it("lets a running job end within the drain time", async () => {
    const worker = startWorker({ drainMs: 10_000 });
    const jobId = await submitSleep(300);
    await enqueueSleep(jobId);
    await untilState(jobId, "running");
    await worker.close();
    expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", delivery: 1 });
  });
});

describe("the reconciler", () => {
  const sweep = () => reconcile(database.db, producer, reconciling);

  it("enqueues what was committed and never reached Redis", async () => {
    const jobId = await submitSleep(1);
    const importId = await stage(database.db, {
      dataset: "users",
      onConflict: "ignore",
      chunks: [lines(0, 1), lines(1, 1), lines(2, 1)],
    });
    startWorker({ intervalMs: 100 });
    await Promise.all([untilState(jobId, "succeeded"), untilState(importId, "succeeded")]);
  });

  it("enqueues all that Redis lost, once", async () => {
    const jobIds = await Promise.all([submitSleep(1), submitSleep(1)]);
    await Promise.all(jobIds.map(enqueueSleep));
    const importId = await stage(database.db, {
      dataset: "users",
      onConflict: "ignore",
      chunks: [lines(0, 1), lines(1, 1), lines(2, 1)],
    });
    expect(await sweep()).toMatchObject({ jobs: 0, chunks: 2 });

    await redis.wipe();
    expect(await sweep()).toMatchObject({ jobs: 2, chunks: 2 });
    expect(await sweep()).toMatchObject({ jobs: 0, chunks: 0 });

    startWorker();
    await Promise.all([...jobIds, importId].map((id) => untilState(id, "succeeded")));
  });

  it("removes an upload that stands still, and none that goes on", async () => {
    const [stale, fresh] = [
      newJob({ state: "receiving", updated_at: new Date(Date.now() - 120_000) }),
      newJob({ state: "receiving" }),
    ];
    await database.db.insertInto("jobs").values([stale, fresh]).execute();
    expect(await sweep()).toMatchObject({ unsealed: 1 });
    const left = await database.db.selectFrom("jobs").select("id").where("state", "=", "receiving").execute();
    expect(left).toEqual([{ id: fresh.id }]);
  });
});
