import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createWorkerFixture, testContract, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";

const lockDurationMs = 1_000;
const threaded = { contract: { ...testContract, kind: "threaded", concurrency: 2, thread: true } };
const threadFile = new URL("./test-thread.ts", import.meta.url);

let fixture: WorkerFixture;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

function startWorker(drainMs = 0) {
  const normal: TestHandler = async ({ n }) => ({ n });
  return fixture.startWorker({ kinds: [threaded, testKind(normal)], threadFile, lockDurationMs, drainMs });
}

async function submit(payload: { what: string; ms?: number }, changes = {}): Promise<string> {
  const [job] = await fixture.submit({ kind: "threaded", payload: JSON.stringify(payload), ...changes });
  return job!.id;
}

describe("a handler in a thread", () => {
  it("that spins for longer than a lock lasts loses no lock, and holds up no other job", async () => {
    startWorker();
    const spinning = await submit({ what: "spin", ms: 3 * lockDurationMs });
    await fixture.untilState(spinning, "running");
    for (let n = 0; n < 5; n += 1) {
      const [job] = await fixture.submit({ payload: JSON.stringify({ n }) });
      await fixture.untilState(job!.id, "succeeded");
      expect(await fixture.read(spinning)).toMatchObject({ state: "running" });
    }
    const job = await fixture.untilState(spinning, "succeeded");
    expect(job).toMatchObject({ result: { spun: true, attempt: 1 }, delivery: 1, attempt: 1 });
  });

  it("that spins for ever is ended by its timeout, and its thread's place is free again", async () => {
    startWorker();
    const forever = { what: "spin", ms: 600_000 };
    const options = { options: JSON.stringify({ timeoutMs: 500 }), max_attempts: 1 };
    for (let round = 0; round < 3; round += 1) {
      const jobs = await Promise.all([submit(forever, options), submit(forever, options)]);
      for (const jobId of jobs)
        expect(await fixture.untilState(jobId, "failed")).toMatchObject({ error: { code: "timeout" } });
    }
    await fixture.untilState(await submit({ what: "spin", ms: 1 }), "succeeded");
  });

  it("that spins for ever is ended by a cancel", async () => {
    startWorker();
    const jobId = await submit({ what: "spin", ms: 600_000 });
    await fixture.untilState(jobId, "running");
    await fixture.database.db.updateTable("jobs").set({ state: "cancelling" }).where("id", "=", jobId).execute();
    await fixture.untilState(jobId, "cancelled");
  });

  it("is cut off when the worker closes, and run by the next one", async () => {
    const first = startWorker();
    const jobId = await submit({ what: "spin", ms: 2_000 });
    await fixture.untilState(jobId, "running");
    await first.close();
    expect(await fixture.read(jobId)).toMatchObject({ state: "queued", attempt: 0, error: null });
    startWorker();
    expect(await fixture.untilState(jobId, "succeeded")).toMatchObject({ delivery: 2, attempt: 1 });
  });

  it("logs and reports like any other", async () => {
    startWorker();
    const jobId = await submit({ what: "talk" });
    await fixture.untilState(jobId, "succeeded");
    const lines = await waitFor("its log", async () => {
      const rows = await fixture.database.db.selectFrom("job_logs").selectAll().where("job_id", "=", jobId).execute();
      return rows.length > 0 && rows;
    });
    expect(lines).toMatchObject([{ level: "info", message: "half way", fields: { at: 0.5 } }]);
    const progress = await fixture.redis.commands.get(`{${fixture.redis.namespace}:progress}:${jobId}`);
    expect(progress).toContain('"done":1,"total":2,"unit":"steps"');
  });

  it("fails, snoozes and gives up as it says", async () => {
    startWorker();
    const failure = await submit({ what: "fail" }, { max_attempts: 1 });
    const never = await submit({ what: "unrecoverable" });
    const later = await submit({ what: "snooze" });
    const gone = await submit({ what: "exit" }, { max_attempts: 1 });
    expect(await fixture.untilState(failure, "failed")).toMatchObject({
      error: { code: "handler_failed", message: "no luck" },
    });
    expect(await fixture.untilState(never, "failed")).toMatchObject({
      attempt: 1,
      error: { code: "not_ever", message: "never" },
    });
    expect(await fixture.untilState(later, "scheduled")).toMatchObject({ attempt: 0 });
    expect(await fixture.untilState(gone, "failed")).toMatchObject({ error: { code: "handler_failed" } });
  });
});
