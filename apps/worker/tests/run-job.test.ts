import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { defineJob } from "@longshore/shared/jobs/define-job";
import { createStatusBoard, type StatusBoard } from "@longshore/shared/status/status-board";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { UnrecoverableError, type JobHandler } from "../src/jobs/define-handler.ts";
import { createClaimJobs, type ClaimJob } from "../src/runtime/claim-jobs.ts";
import { runJob } from "../src/runtime/run-job.ts";
import { createSettleJobs, type SettleJob } from "../src/runtime/settle-jobs.ts";
import { newJob } from "./stage.ts";

const contract = defineJob({
  kind: "test",
  summary: "",
  payload: z.strictObject({ n: z.int() }),
  result: z.strictObject({ doubled: z.int() }),
  attempts: 3,
  timeoutMs: 5_000,
  concurrency: 1,
  example: { n: 1 },
});
const double: JobHandler<typeof contract> = async ({ n }) => ({ doubled: 2 * n });
const untilAborted: JobHandler<typeof contract> = (_payload, { signal }) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true }),
  );

let database: TestDatabase;
let redis: TestRedis;
let board: StatusBoard;
let claim: ClaimJob;
let settle: SettleJob;
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  board = createStatusBoard(redis.commands, redis.namespace, () => {});
  claim = createClaimJobs(database.db);
  settle = createSettleJobs(database.db);
});
afterAll(() => Promise.all([database.close(), redis.close()]));

async function submit(changes: Partial<NewJobRow> = {}): Promise<string> {
  const job = newJob({ kind: "test", payload: JSON.stringify({ n: 21 }), ...changes });
  await database.db.insertInto("jobs").values(job).execute();
  return job.id;
}

async function claimed(jobId: string, entry = `${jobId}-0`): Promise<JobRow> {
  const job = await claim({ jobId, entry });
  if (!job) throw new Error("not claimed");
  return job;
}

function run(
  job: JobRow,
  handler: JobHandler<typeof contract>,
  signals: { shutdown?: AbortSignal; lost?: AbortSignal } = {},
) {
  const never = new AbortController().signal;
  const deps = { db: database.db, board, log: pino({ level: "silent" }), maxDeliveries: 3 };
  return runJob(deps, contract, handler, job, { shutdown: never, lost: never, ...signals });
}

async function runOnce(jobId: string, handler: JobHandler<typeof contract>, entry?: string) {
  const settlement = await run(await claimed(jobId, entry), handler);
  return { settlement, job: await settle(settlement) };
}

describe("a run", () => {
  it("that returns a result succeeds with it", async () => {
    const { job } = await runOnce(await submit(), double);
    expect(job).toMatchObject({ state: "succeeded", attempt: 1, result: { doubled: 42 }, error: null });
    expect(job?.finished_at).toBeInstanceOf(Date);
  });

  it("that throws is tried again later, until its attempts are spent", async () => {
    const jobId = await submit({ max_attempts: 2 });
    const fail: JobHandler<typeof contract> = async () => {
      throw new Error("no luck");
    };
    const first = await runOnce(jobId, fail);
    expect(first.job).toMatchObject({
      state: "queued",
      attempt: 1,
      error: { code: "handler_failed", message: "no luck" },
    });
    expect(first.job?.run_at?.getTime()).toBeGreaterThan(Date.now());

    const second = await runOnce(jobId, fail, first.settlement.entry);
    expect(second.job).toMatchObject({
      state: "failed",
      attempt: 2,
      error: { code: "handler_failed", message: "no luck" },
    });
  });

  it("that throws UnrecoverableError fails at once", async () => {
    const { job } = await runOnce(await submit(), async () => {
      throw new UnrecoverableError("never");
    });
    expect(job).toMatchObject({ state: "failed", attempt: 1, error: { code: "unrecoverable", message: "never" } });
  });

  it("that takes too long is told so and counts as a failed attempt", async () => {
    const { job } = await runOnce(await submit({ options: JSON.stringify({ timeoutMs: 30 }) }), untilAborted);
    expect(job).toMatchObject({
      state: "queued",
      attempt: 1,
      error: { code: "timeout", message: "The attempt took longer than 30 ms" },
    });
  });

  it("with a result that breaks its contract fails the attempt", async () => {
    const { job } = await runOnce(await submit(), async () => ({ doubled: 0.5 }));
    expect(job).toMatchObject({ state: "queued", attempt: 1, error: { code: "handler_failed" } });
  });

  it.each(["shutdown", "lost"] as const)("that is cut off by %s is set back and spends no attempt", async (which) => {
    const controller = new AbortController();
    const running = run(await claimed(await submit()), untilAborted, { [which]: controller.signal });
    controller.abort(new Error(which));
    expect(await settle(await running)).toMatchObject({ state: "queued", attempt: 0, error: null });
  });

  it("that never settles is poisoned after its deliveries are spent", async () => {
    const jobId = await submit();
    for (let delivery = 1; delivery <= 3; delivery += 1) await claimed(jobId);
    const { job } = await runOnce(jobId, double);
    expect(job).toMatchObject({ state: "failed", error: { code: "poisoned" } });
  });
});

describe("a claim", () => {
  it("takes a job once, however many entries carry it", async () => {
    const jobId = await submit();
    const claims = await Promise.all(["0", "1", "2"].map((n) => claim({ jobId, entry: `${jobId}-${n}` })));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it("leaves a job alone that another entry runs, and one that is over", async () => {
    const jobId = await submit();
    await claimed(jobId);
    expect(await claim({ jobId, entry: "another" })).toBeUndefined();
    await settle(await run(await claimed(jobId), double));
    expect(await claim({ jobId, entry: `${jobId}-0` })).toBeUndefined();
  });

  it("leaves a job alone that another entry will run later", async () => {
    const jobId = await submit({ run_at: new Date(Date.now() + 60_000), entry: "later" });
    expect(await claim({ jobId, entry: "sooner" })).toBeUndefined();
    expect(await claim({ jobId, entry: "later" })).toBeDefined();
  });
});

describe("a worker that lost its job", () => {
  it("cannot settle it: the later delivery decides", async () => {
    const jobId = await submit();
    const zombie = await run(await claimed(jobId), async () => ({ doubled: 1 }));
    const heir = await run(await claimed(jobId), double);
    expect(await settle(zombie)).toBeUndefined();
    expect(await settle(heir)).toMatchObject({ state: "succeeded", result: { doubled: 42 } });
  });

  it("cannot write a step that its heir has written", async () => {
    const jobId = await submit();
    const calls: string[] = [];
    const write =
      (who: string): JobHandler<typeof contract> =>
      async (_payload, { transaction }) => {
        await transaction("step", async (trx) => {
          calls.push(who);
          await trx
            .insertInto("users")
            .values({ email: `${who}@example.com`, name: who })
            .execute();
        });
        return { doubled: 0 };
      };
    await run(await claimed(jobId), write("heir"));
    await run(await claimed(jobId), write("zombie"));
    expect(calls).toEqual(["heir"]);
    expect(await database.db.selectFrom("users").select("name").execute()).toEqual([{ name: "heir" }]);
  });

  it("leaves nothing of a step that failed, so it is written the next time", async () => {
    const jobId = await submit();
    let calls = 0;
    const write: JobHandler<typeof contract> = async (_payload, { transaction }) => {
      await transaction("step", async (trx) => {
        calls += 1;
        await trx.insertInto("users").values({ email: "step@example.com", name: "x" }).execute();
        if (calls === 1) throw new Error("torn");
      });
      return { doubled: 0 };
    };
    expect((await run(await claimed(jobId), write)).state).toBe("queued");
    expect((await run(await claimed(jobId), write)).state).toBe("succeeded");
    expect(calls).toBe(2);
  });
});
