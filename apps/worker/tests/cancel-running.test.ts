import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createWorkerFixture, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";

let fixture: WorkerFixture;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

/** What the API commits. */
async function cancel(jobId: string): Promise<void> {
  const { numUpdatedRows } = await fixture.database.db
    .updateTable("jobs")
    .set({ state: "cancelling" })
    .where("id", "=", jobId)
    .where("state", "=", "running")
    .executeTakeFirstOrThrow();
  expect(numUpdatedRows).toBe(1n);
}

describe("cancelling a running job", () => {
  it("fires its signal within a second, whichever worker has it, and leaves the others alone", async () => {
    const stopped = new Map<string, number>();
    const untilStopped: TestHandler = (_payload, { jobId, signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          stopped.set(jobId, performance.now());
          reject(signal.reason as Error);
        }),
      );
    for (let n = 0; n < 3; n += 1) fixture.startWorker({ kinds: [testKind(untilStopped, { concurrency: 2 })] });
    const jobs = await fixture.submit({}, {}, {}, {}, {}, {});
    await Promise.all(jobs.map(({ id }) => fixture.untilState(id, "running")));

    const [first, second, ...others] = jobs.map(({ id }) => id);
    const at = performance.now();
    await cancel(first!);
    await cancel(second!);
    for (const jobId of [first!, second!]) {
      expect(await fixture.untilState(jobId, "cancelled")).toMatchObject({
        error: { code: "cancelled" },
        result: null,
      });
      expect(stopped.get(jobId)! - at).toBeLessThan(1_000);
    }
    expect(stopped.size).toBe(2);
    expect((await Promise.all(others.map(fixture.read))).map(({ state }) => state)).toEqual(
      others.map(() => "running"),
    );
  });

  it("ends it although its handler does not listen, and what that writes later is refused", async () => {
    const ended = Promise.withResolvers<void>();
    const written = Promise.withResolvers<unknown>();
    const deaf: TestHandler = async (_payload, { transaction }) => {
      await ended.promise;
      await transaction("step", (trx) =>
        trx.insertInto("users").values({ email: "a@example.com", name: "A" }).execute(),
      ).catch((error: unknown) => written.resolve(error));
      return {};
    };
    fixture.startWorker({ kinds: [testKind(deaf)] });
    const [job] = await fixture.submit({});
    await fixture.untilState(job!.id, "running");
    await cancel(job!.id);
    await fixture.untilState(job!.id, "cancelled");
    ended.resolve();
    expect(await written.promise).toMatchObject({ name: "JobLostError" });
    expect(await fixture.database.db.selectFrom("users").selectAll().execute()).toEqual([]);
  });

  it("whose worker died ends it when its entry comes again", async () => {
    const [job] = await fixture.insert({ state: "cancelling", entry: "lost", delivery: 1 });
    await fixture.producer.enqueue([{ id: "lost", queue: "test", data: { jobs: [job!.id] } }]);
    fixture.startWorker({ kinds: [testKind(async () => ({}))] });
    expect(await fixture.untilState(job!.id, "cancelled")).toMatchObject({ delivery: 1 });
  });
});

describe("a job that expires", () => {
  it("while nobody fetches it ends all the same", async () => {
    fixture.startWorker({ kinds: [] });
    const soon = new Date(Date.now() + 200);
    const [queued, scheduled, started] = await fixture.insert(
      { expires_at: soon },
      { state: "scheduled", run_at: new Date(Date.now() + 60_000), expires_at: soon },
      { expires_at: soon, started_at: new Date() },
    );
    for (const job of [queued, scheduled])
      expect(await fixture.untilState(job!.id, "expired")).toMatchObject({ error: { code: "expired" } });
    await waitFor("another look", async () => (await fixture.read(started!.id)).state === "queued");
  });

  it("before its entry is fetched is not run", async () => {
    let runs = 0;
    const [late, intime] = await fixture.submit(
      { expires_at: new Date(Date.now() - 1), entry: "envelope" },
      { expires_at: new Date(Date.now() + 60_000), entry: "envelope" },
    );
    fixture.startWorker({ kinds: [testKind(async () => ({ runs: (runs += 1) }))] });
    await fixture.untilState(intime!.id, "succeeded");
    await fixture.untilState(late!.id, "expired");
    expect(runs).toBe(1);
  });
});
