import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineJob } from "@longshore/shared/jobs/define-job";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import type { JobRow } from "@longshore/shared/db/schema";
import { passTraces } from "@longshore/shared/tracing/pass-traces";
import { RetryLaterError, SnoozeError, UnrecoverableError, type JobHandler } from "../src/jobs/define-handler.ts";
import type { ClaimedJob } from "../src/runtime/claim-rows.ts";
import { createJobLogs } from "../src/runtime/job-log.ts";
import { runJob } from "../src/runtime/run-job.ts";
import type { Run } from "../src/runtime/run.ts";
import type { Outcome } from "../src/runtime/settle-jobs.ts";
import { createClaimFixture, type ClaimFixture } from "./claim-fixture.ts";

const contract = defineJob({
  kind: "test",
  summary: "",
  payload: z.strictObject({ n: z.int() }),
  result: z.strictObject({ doubled: z.int() }),
  attempts: 3,
  timeoutMs: 5_000,
  concurrency: 1,
  backoff: { baseMs: 60_000, maxMs: 120_000 },
  example: { n: 1 },
});
type Handler = JobHandler<typeof contract>;
const double: Handler = async ({ n }) => ({ doubled: 2 * n });
const untilAborted: Handler = (_payload, { signal }) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true }),
  );

let fixture: ClaimFixture;
beforeAll(async () => {
  fixture = await createClaimFixture();
});
afterAll(() => fixture.close());

type Changes = { shutdown?: AbortSignal; lost?: AbortSignal; runs?: Set<Run> };

function run(job: ClaimedJob, handler: Handler, { shutdown, lost, runs = new Set() }: Changes = {}): Promise<Outcome> {
  const { redis, metrics, log } = fixture;
  const { db } = fixture.database;
  const never = new AbortController().signal;
  const board = createStatusBoard(redis.commands, redis.namespace, () => {});
  const openLog = createJobLogs({ db, board, log });
  const fetch = () => Promise.reject(new Error("There is no network here"));
  const deps = {
    db,
    board,
    log,
    plainLog: log,
    metrics,
    tracing: passTraces,
    openLog,
    fetch,
    runs,
    shutdown: shutdown ?? never,
    maxDeliveries: 3,
  };
  return runJob(deps, { contract, handler }, job, { lost: lost ?? never, runs: new Set() });
}

async function runOnce(jobId: string, handler: Handler, entry?: string): Promise<JobRow> {
  const job = await fixture.claimed(jobId, entry);
  return fixture.settle(job, await run(job, handler));
}

/** Its time has come. */
const comeDue = (jobId: string) =>
  fixture.database.db.updateTable("jobs").set({ run_at: new Date() }).where("id", "=", jobId).execute();

describe("a run", () => {
  it("that returns a result succeeds with it", async () => {
    const job = await runOnce(await fixture.submit(), double);
    expect(job).toMatchObject({ state: "succeeded", attempt: 1, result: { doubled: 42 }, error: null });
    expect(job.finished_at).toBeInstanceOf(Date);
  });

  it("that throws is tried again later, until its attempts are spent", async () => {
    const jobId = await fixture.submit({ max_attempts: 2 });
    const fail: Handler = async () => {
      throw new Error("no luck");
    };
    const error = { code: "handler_failed", message: "no luck" };
    const first = await runOnce(jobId, fail);
    expect(first).toMatchObject({ state: "queued", attempt: 1, error, finished_at: null });
    expect(await fixture.producer.knows("test", [first.entry!])).toEqual([true]);

    await comeDue(jobId);
    expect(await runOnce(jobId, fail, first.entry!)).toMatchObject({ state: "failed", attempt: 2, error });
  });

  it("that throws is tried again after its kind's backoff, or later if it says so", async () => {
    const waitAfter = async (error: Error) => {
      const { run_at } = await runOnce(await fixture.submit(), async () => {
        throw error;
      });
      return run_at!.getTime() - Date.now();
    };
    const first = await waitAfter(new Error("no luck"));
    expect(first).toBeGreaterThan(25_000);
    expect(first).toBeLessThanOrEqual(60_000);
    expect(await waitAfter(new RetryLaterError("not so fast", 300_000))).toBeGreaterThan(295_000);
  });

  it("that throws UnrecoverableError fails at once", async () => {
    const job = await runOnce(await fixture.submit(), async () => {
      throw new UnrecoverableError("never");
    });
    expect(job).toMatchObject({ state: "failed", attempt: 1, error: { code: "unrecoverable", message: "never" } });
  });

  it("that snoozes is scheduled again, and spends no attempt however often it does", async () => {
    const jobId = await fixture.submit({ max_attempts: 1 });
    const snooze: Handler = async () => {
      throw new SnoozeError(60_000);
    };
    let entry: string | undefined;
    for (let round = 0; round < 5; round += 1) {
      const job = await runOnce(jobId, snooze, entry);
      expect(job).toMatchObject({ state: "scheduled", attempt: 0, error: null, finished_at: null });
      expect(job.run_at!.getTime() - Date.now()).toBeGreaterThan(55_000);
      expect(await fixture.producer.knows("test", [job.entry!])).toEqual([true]);
      entry = job.entry!;
      await comeDue(jobId);
    }
    expect(await runOnce(jobId, double, entry)).toMatchObject({ state: "succeeded", attempt: 1, delivery: 6 });
  });

  it("that takes too long is told so and counts as a failed attempt", async () => {
    const job = await runOnce(await fixture.submit({ options: JSON.stringify({ timeoutMs: 30 }) }), untilAborted);
    expect(job).toMatchObject({
      state: "queued",
      attempt: 1,
      error: { code: "timeout", message: "The attempt took longer than 30 ms" },
    });
  });

  it("with a result that breaks its contract fails the attempt", async () => {
    const job = await runOnce(await fixture.submit(), async () => ({ doubled: 0.5 }));
    expect(job).toMatchObject({ state: "queued", attempt: 1, error: { code: "handler_failed" } });
  });

  it.each(["shutdown", "lost"] as const)("that is cut off by %s is set back and spends no attempt", async (how) => {
    const runs = new Set<Run>();
    const job = await fixture.claimed(await fixture.submit());
    const running = run(job, untilAborted, { runs });
    for (const one of runs) one.stop(how);
    const settled = await fixture.settle(job, await running);
    expect(settled).toMatchObject({ state: "queued", attempt: 0, error: null, run_at: null });
    expect(await fixture.producer.knows("test", [settled.entry!])).toEqual([true]);
  });

  it("does not begin when the worker must go", async () => {
    const job = await fixture.claimed(await fixture.submit());
    expect(await run(job, double, { shutdown: AbortSignal.abort() })).toEqual({ state: "queued" });
    expect(await run(job, double, { lost: AbortSignal.abort() })).toEqual({ state: "queued" });
  });

  it("that never settles is poisoned after its deliveries are spent", async () => {
    const jobId = await fixture.submit();
    for (let delivery = 1; delivery <= 3; delivery += 1) await fixture.claimed(jobId);
    expect(await runOnce(jobId, double)).toMatchObject({ state: "failed", error: { code: "poisoned" } });
  });
});

describe("a job that is to be cancelled", () => {
  it("is, when its run fails, is cut off or snoozes", async () => {
    const ends: Handler[] = [
      () => Promise.reject(new Error("no luck")),
      () => Promise.reject(new UnrecoverableError("never")),
      () => Promise.reject(new SnoozeError(1)),
    ];
    for (const handler of ends) {
      const job = await fixture.claimed(await fixture.submit());
      await fixture.cancelling(job.id);
      const settled = await fixture.settle(job, await run(job, handler));
      expect(settled).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
      expect(settled.finished_at).toBeInstanceOf(Date);
    }
  });

  it("has succeeded when its handler returned its result all the same", async () => {
    const job = await fixture.claimed(await fixture.submit());
    await fixture.cancelling(job.id);
    expect(await fixture.settle(job, await run(job, double))).toMatchObject({
      state: "succeeded",
      result: { doubled: 42 },
    });
  });
});
