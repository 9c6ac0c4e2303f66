import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { defineJob } from "@longshore/shared/jobs/define-job";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import { createFlowMeter } from "@longshore/shared/status/flow-meter";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { passTraces } from "@longshore/shared/tracing/pass-traces";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { RetryLaterError, SnoozeError, UnrecoverableError, type JobHandler } from "../src/jobs/define-handler.ts";
import { createWorkerMetrics } from "../src/metrics/create-worker-metrics.ts";
import { createClaimJobs, isHeld, type ClaimJobs } from "../src/runtime/claim-jobs.ts";
import type { ClaimedJob } from "../src/runtime/claim-rows.ts";
import { createJobLogs } from "../src/runtime/job-log.ts";
import { runJob } from "../src/runtime/run-job.ts";
import type { Run } from "../src/runtime/run.ts";
import { createSettleJobs, type Outcome, type SettleJob } from "../src/runtime/settle-jobs.ts";
import { newJob } from "./stage.ts";

const log = pino({ level: "silent" });

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

const metrics = createWorkerMetrics();

let database: TestDatabase;
let redis: TestRedis;
let producer: Producer;
let claimAll: ClaimJobs;
let settleOne: SettleJob;

function createClaim({ db }: Pick<DatabaseHandle, "db">): ClaimJobs {
  const flow = createFlowMeter(redis.commands, redis.namespace);
  return createClaimJobs({ db, ring: () => {}, flow, metrics });
}

function createSettle({ db }: Pick<DatabaseHandle, "db">): SettleJob {
  const flow = createFlowMeter(redis.commands, redis.namespace);
  return createSettleJobs({ db, ring: () => {}, producer, flow, metrics, log });
}

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  producer = createProducer(redis.commands, redis.namespace);
  claimAll = createClaim(database);
  settleOne = createSettle(database);
});
afterAll(async () => {
  await producer.close();
  await Promise.all([database.close(), redis.close()]);
});

async function submit(changes: Partial<NewJobRow> = {}): Promise<string> {
  const job = newJob({ kind: "test", payload: JSON.stringify({ n: 21 }), ...changes });
  await database.db.insertInto("jobs").values(job).execute();
  return job.id;
}

const read = (jobId: string): Promise<JobRow> =>
  database.db.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();

async function claim(jobId: string, entry = `${jobId}-0`): Promise<ClaimedJob | undefined> {
  const [job] = await claimAll([{ jobId, entry }]);
  if (job === isHeld) throw new Error("held");
  return job;
}

async function claimed(jobId: string, entry?: string): Promise<ClaimedJob> {
  const job = await claim(jobId, entry);
  if (!job) throw new Error("not claimed");
  return job;
}

type Changes = { shutdown?: AbortSignal; lost?: AbortSignal; runs?: Set<Run> };

function run(job: ClaimedJob, handler: Handler, { shutdown, lost, runs = new Set() }: Changes = {}): Promise<Outcome> {
  const { db } = database;
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

async function settle({ id: jobId, kind, delivery }: ClaimedJob, outcome: Outcome): Promise<JobRow> {
  await settleOne({ jobId, kind, delivery, outcome });
  return read(jobId);
}

async function runOnce(jobId: string, handler: Handler, entry?: string): Promise<JobRow> {
  const job = await claimed(jobId, entry);
  return settle(job, await run(job, handler));
}

/** Its time has come. */
const comeDue = (jobId: string) =>
  database.db.updateTable("jobs").set({ run_at: new Date() }).where("id", "=", jobId).execute();

const cancelling = (jobId: string) =>
  database.db.updateTable("jobs").set({ state: "cancelling" }).where("id", "=", jobId).execute();

describe("a run", () => {
  it("that returns a result succeeds with it", async () => {
    const job = await runOnce(await submit(), double);
    expect(job).toMatchObject({ state: "succeeded", attempt: 1, result: { doubled: 42 }, error: null });
    expect(job.finished_at).toBeInstanceOf(Date);
  });

  it("that throws is tried again later, until its attempts are spent", async () => {
    const jobId = await submit({ max_attempts: 2 });
    const fail: Handler = async () => {
      throw new Error("no luck");
    };
    const error = { code: "handler_failed", message: "no luck" };
    const first = await runOnce(jobId, fail);
    expect(first).toMatchObject({ state: "queued", attempt: 1, error, finished_at: null });
    expect(await producer.knows("test", [first.entry!])).toEqual([true]);

    await comeDue(jobId);
    expect(await runOnce(jobId, fail, first.entry!)).toMatchObject({ state: "failed", attempt: 2, error });
  });

  it("that throws is tried again after its kind's backoff, or later if it says so", async () => {
    const waitAfter = async (error: Error) => {
      const { run_at } = await runOnce(await submit(), async () => {
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
    const job = await runOnce(await submit(), async () => {
      throw new UnrecoverableError("never");
    });
    expect(job).toMatchObject({ state: "failed", attempt: 1, error: { code: "unrecoverable", message: "never" } });
  });

  it("that snoozes is scheduled again, and spends no attempt however often it does", async () => {
    const jobId = await submit({ max_attempts: 1 });
    const snooze: Handler = async () => {
      throw new SnoozeError(60_000);
    };
    let entry: string | undefined;
    for (let round = 0; round < 5; round += 1) {
      const job = await runOnce(jobId, snooze, entry);
      expect(job).toMatchObject({ state: "scheduled", attempt: 0, error: null, finished_at: null });
      expect(job.run_at!.getTime() - Date.now()).toBeGreaterThan(55_000);
      expect(await producer.knows("test", [job.entry!])).toEqual([true]);
      entry = job.entry!;
      await comeDue(jobId);
    }
    expect(await runOnce(jobId, double, entry)).toMatchObject({ state: "succeeded", attempt: 1, delivery: 6 });
  });

  it("that takes too long is told so and counts as a failed attempt", async () => {
    const job = await runOnce(await submit({ options: JSON.stringify({ timeoutMs: 30 }) }), untilAborted);
    expect(job).toMatchObject({
      state: "queued",
      attempt: 1,
      error: { code: "timeout", message: "The attempt took longer than 30 ms" },
    });
  });

  it("with a result that breaks its contract fails the attempt", async () => {
    const job = await runOnce(await submit(), async () => ({ doubled: 0.5 }));
    expect(job).toMatchObject({ state: "queued", attempt: 1, error: { code: "handler_failed" } });
  });

  it.each(["shutdown", "lost"] as const)("that is cut off by %s is set back and spends no attempt", async (how) => {
    const runs = new Set<Run>();
    const job = await claimed(await submit());
    const running = run(job, untilAborted, { runs });
    for (const one of runs) one.stop(how);
    const settled = await settle(job, await running);
    expect(settled).toMatchObject({ state: "queued", attempt: 0, error: null, run_at: null });
    expect(await producer.knows("test", [settled.entry!])).toEqual([true]);
  });

  it("does not begin when the worker must go", async () => {
    const job = await claimed(await submit());
    expect(await run(job, double, { shutdown: AbortSignal.abort() })).toEqual({ state: "queued" });
    expect(await run(job, double, { lost: AbortSignal.abort() })).toEqual({ state: "queued" });
  });

  it("that never settles is poisoned after its deliveries are spent", async () => {
    const jobId = await submit();
    for (let delivery = 1; delivery <= 3; delivery += 1) await claimed(jobId);
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
      const job = await claimed(await submit());
      await cancelling(job.id);
      const settled = await settle(job, await run(job, handler));
      expect(settled).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
      expect(settled.finished_at).toBeInstanceOf(Date);
    }
  });

  it("has succeeded when its handler returned its result all the same", async () => {
    const job = await claimed(await submit());
    await cancelling(job.id);
    expect(await settle(job, await run(job, double))).toMatchObject({ state: "succeeded", result: { doubled: 42 } });
  });

  it("ends when its entry comes again because its worker was lost", async () => {
    const jobId = await submit();
    await claimed(jobId);
    await cancelling(jobId);
    expect(await claim(jobId, "another")).toBeUndefined();
    expect(await read(jobId)).toMatchObject({ state: "cancelling" });
    expect(await claim(jobId)).toBeUndefined();
    expect(await read(jobId)).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
  });
});

describe("a claim", () => {
  it("takes a job once, however many entries carry it, and says which one has it", async () => {
    const jobId = await submit();
    const entries = ["0", "1", "2"].map((n) => `${jobId}-${n}`);
    const claims = await Promise.all(entries.map((entry) => claim(jobId, entry)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect((await read(jobId)).entry).toBe(entries[claims.findIndex(Boolean)]);

    const both = await submit();
    const together = await claimAll([
      { jobId: both, entry: "a" },
      { jobId: both, entry: "b" },
    ]);
    expect(together.filter(Boolean)).toHaveLength(1);
  });

  it("leaves a job alone that another entry runs, and one that is over", async () => {
    const jobId = await submit();
    await claimed(jobId);
    expect(await claim(jobId, "another")).toBeUndefined();
    await runOnce(jobId, double);
    expect(await claim(jobId)).toBeUndefined();
  });

  it("leaves a job alone whose time has not come, but for a second in which its own entry may come", async () => {
    const jobId = await submit({ run_at: new Date(Date.now() + 60_000), entry: "own" });
    expect(await claim(jobId, "another")).toBeUndefined();
    expect(await claim(jobId, "own")).toBeUndefined();

    const soon = await submit({ run_at: new Date(Date.now() + 900), entry: "own" });
    expect(await claim(soon, "another")).toBeUndefined();
    expect(await claim(soon, "own")).toBeDefined();
  });

  it("ends a job that has not started in time, and starts one that has not until then", async () => {
    const late = await submit({ expires_at: new Date(Date.now() - 1) });
    expect(await claim(late)).toBeUndefined();
    expect(await read(late)).toMatchObject({ state: "expired", error: { code: "expired" } });

    expect(await claim(await submit({ expires_at: new Date(Date.now() + 60_000) }))).toBeDefined();
    const retried = await submit({ expires_at: new Date(Date.now() - 1), started_at: new Date(), attempt: 1 });
    expect(await claim(retried)).toBeDefined();
  });
});

describe("a worker that lost its job", () => {
  it("cannot settle it: the later delivery decides", async () => {
    const jobId = await submit();
    const zombie = await claimed(jobId);
    const heir = await claimed(jobId);
    expect(await settle(zombie, await run(zombie, async () => ({ doubled: 1 })))).toMatchObject({ state: "running" });
    expect(await settle(heir, await run(heir, double))).toMatchObject({ state: "succeeded", result: { doubled: 42 } });
    expect(await settle(zombie, { state: "queued" })).toMatchObject({ state: "succeeded" });
  });

  it("holds up nobody whose outcome is committed together with its own", async () => {
    const [jobId, other] = [await submit(), await submit()];
    const [zombie, neighbour] = [await claimed(jobId), await claimed(other)];
    await claimed(jobId);
    await Promise.all([
      settle(zombie, { state: "succeeded", result: "1" }),
      settle(neighbour, { state: "succeeded", result: "2" }),
    ]);
    expect([(await read(jobId)).state, (await read(other)).state]).toEqual(["running", "succeeded"]);
  });
});

describe("a job that somebody else holds in a transaction", () => {
  it("is claimed later, or ended then, and holds up nobody who is claimed together with it", async () => {
    const patient = createDatabase({ url: database.url, applicationName: "patient", lockTimeoutMs: 0 });
    const claimSoon = createClaim(patient);
    const [queued, cancelled, free, over] = [await submit(), await submit(), await submit(), await submit()];
    const references = [queued, cancelled, free, over].map((jobId) => ({ jobId, entry: `${jobId}-0` }));
    await claimed(cancelled);
    await cancelling(cancelled);
    await database.db.updateTable("jobs").set({ state: "failed" }).where("id", "=", over).execute();

    const freeOne = expect.objectContaining({ id: free, delivery: 1 }) as unknown;
    await database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "in", [queued, cancelled]).forUpdate().execute();
      expect(await claimSoon(references)).toEqual([isHeld, isHeld, freeOne, undefined]);
      expect(await claimSoon(references.slice(1))).toEqual([isHeld, expect.anything(), undefined]);
    });
    expect(await read(queued)).toMatchObject({ state: "queued", delivery: 0 });
    expect(await claimSoon(references.slice(0, 2))).toEqual([
      expect.objectContaining({ id: queued, delivery: 1 }),
      undefined,
    ]);
    expect(await read(cancelled)).toMatchObject({ state: "cancelled" });
    await patient.close();
  });

  it("is settled as soon as it may be, and holds up nobody whose outcome is committed together with its own", async () => {
    const patient = createDatabase({ url: database.url, applicationName: "patient", lockTimeoutMs: 0 });
    const settleSoon = createSettle(patient);
    const jobs = [];
    for (let n = 0; n < 4; n += 1) jobs.push(await claimed(await submit()));
    const [cut, done, ...others] = jobs as [ClaimedJob, ClaimedJob, ...ClaimedJob[]];
    const succeed = ({ id: jobId, kind, delivery }: ClaimedJob) =>
      settleSoon({ jobId, kind, delivery, outcome: { state: "succeeded", result: "1" } });
    const cutOff = ({ id: jobId, kind, delivery }: ClaimedJob) =>
      settleSoon({ jobId, kind, delivery, outcome: { state: "queued" } });

    let settling: Promise<void>[] = [];
    await database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "in", [cut.id, done.id]).forUpdate().execute();
      settling = [cutOff(cut), succeed(done)];
      await Promise.all([cutOff(others[0]!), succeed(others[1]!)]);
    });
    expect(await Promise.all(others.map(async ({ id }) => (await read(id)).state))).toEqual(["queued", "succeeded"]);
    await Promise.all(settling);
    expect([(await read(cut.id)).state, (await read(done.id)).state]).toEqual(["queued", "succeeded"]);
    await patient.close();
  });
});
