import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startProbes } from "../src/runtime/probes.ts";
import type { RunningWorker, WorkerOptions } from "../src/worker.ts";
import { UnrecoverableError } from "../src/jobs/define-handler.ts";
import { createTestWorker } from "./create-test-worker.ts";
import { stage } from "./stage.ts";
import { createWorkerFixture, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";
import { chunkEntry } from "@longshore/shared/queue/entry";
import { waitFor } from "@longshore/shared/testing/wait-for";

let fixture: WorkerFixture;
let worker: RunningWorker;
let registry: Registry;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(async () => {
  await worker.close();
  await fixture.reset();
});
afterAll(() => fixture.close());

function start(options: Partial<WorkerOptions>): void {
  registry = new Registry();
  worker = createTestWorker({ ...fixture, registry }, options);
}

/** The value of a series as it is scraped; undefined if it is not there. */
async function read(series: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split("\n").find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

const until = (series: string, value: number) =>
  waitFor(`${series} to be ${value}`, async () => (await read(series)) === value);

describe("the metrics of a worker", () => {
  const kinds = (handler: TestHandler) => [testKind(handler, { attempts: 2 })];

  it("count attempts by what came of them, and how long jobs waited and ran", async () => {
    start({
      kinds: kinds(async (payload, { attempt }) => {
        if (payload.fails) throw new UnrecoverableError("no");
        if (payload.again && attempt === 1) throw new Error("once more");
        return {};
      }),
    });
    await fixture.submit({}, { payload: '{"fails":true}' }, { payload: '{"again":true}' });
    await fixture.untilAllOver();
    await until('longshore_job_attempts_total{kind="test",outcome="succeeded"}', 2);
    expect(await read('longshore_job_attempts_total{kind="test",outcome="failed"}')).toBe(1);
    expect(await read('longshore_job_attempts_total{kind="test",outcome="retried"}')).toBe(1);
    expect(await read('longshore_jobs_ended_total{kind="test",state="succeeded"}')).toBe(2);
    expect(await read('longshore_jobs_ended_total{kind="test",state="failed"}')).toBe(1);
    expect(await read('longshore_job_run_seconds_count{kind="test"}')).toBe(4);
    expect(await read('longshore_job_wait_seconds_count{kind="test"}')).toBe(4);
  });

  it("count what waits from when it was due, not from when it was submitted", async () => {
    start({ kinds: kinds(async () => ({})) });
    await fixture.submit({ run_at: new Date(Date.now() - 2_000) });
    await fixture.untilAllOver();
    expect(await read('longshore_job_wait_seconds_bucket{le="1",kind="test"}')).toBe(0);
    expect(await read('longshore_job_wait_seconds_count{kind="test"}')).toBe(1);
  });

  it("tell of slots, and of those that are used", async () => {
    const held = Promise.withResolvers<object>();
    start({ kinds: kinds(() => held.promise as Promise<Record<string, unknown>>) });
    await fixture.submit({}, {});
    await until('longshore_worker_slots_used{queue="test"}', 2);
    expect(await read('longshore_worker_slots{queue="test"}')).toBe(10);
    held.resolve({});
    await until('longshore_worker_slots_used{queue="test"}', 0);
  });

  it("count a poisoned job, which was there as 0 before", async () => {
    start({ kinds: kinds(async () => ({})), maxDeliveries: 2 });
    expect(await read('longshore_jobs_poisoned_total{kind="sleep"}')).toBe(0);
    await fixture.submit({ delivery: 2 });
    await fixture.untilAllOver();
    expect(await read('longshore_jobs_poisoned_total{kind="test"}')).toBe(1);
    expect(await read('longshore_job_attempts_total{kind="test",outcome="failed"}')).toBeUndefined();
  });

  it("count the rows of imports by what became of them, and none of a dry run", async () => {
    start({ kinds: [] });
    const { db } = fixture.database;
    const chunks = ['{"email":"a@example.com","name":"A"}\n{"email":"nobody","name":"B"}\n'];
    for (const dryRun of [true, false]) {
      const jobId = await stage(db, { dataset: "users", dryRun, chunks });
      await fixture.producer.enqueue([chunkEntry({ jobId, seq: 0 })]);
      await fixture.untilAllOver();
    }
    await until('longshore_import_chunk_seconds_count{dataset="users",outcome="applied"}', 2);
    expect(await read('longshore_import_rows_total{dataset="users",outcome="inserted"}')).toBe(1);
    expect(await read('longshore_import_rows_total{dataset="users",outcome="rejected"}')).toBe(1);
    expect(await read('longshore_jobs_ended_total{kind="import",state="partially_succeeded"}')).toBe(2);
  });

  it("count what the reconciler has put back", async () => {
    await fixture.insert({}, {});
    start({ kinds: kinds(async () => ({})) });
    await fixture.untilAllOver();
    await until('longshore_reconciled_total{what="jobs"}', 2);
    expect(await read('longshore_reconciled_total{what="chunks"}')).toBe(0);
  });

  it("are served beside the probes", async () => {
    start({ kinds: [] });
    const probes = await startProbes({
      port: 0,
      host: "127.0.0.1",
      registry,
      isLive: () => true,
      checkReady: async () => {},
    });
    const answer = await fetch(`http://127.0.0.1:${probes.port}/metrics`);
    expect(answer.headers.get("content-type")).toBe(registry.contentType);
    expect(await answer.text()).toContain('longshore_worker_slots{queue="imports"} 2');
    await probes.close();
  });
});
