import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import { createFlowMeter } from "@longshore/shared/status/flow-meter";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { passTraces } from "@longshore/shared/tracing/pass-traces";
import { createWorkerMetrics } from "../src/metrics/create-worker-metrics.ts";
import { fireSchedules, startFiring, type FireDeps } from "../src/runtime/fire-schedules.ts";
import { newSchedule, type NewSchedule } from "./new-schedule.ts";
import { startTestWorker } from "./start-test-worker.ts";

const minute = 60_000;
const hour = 60 * minute;

let database: TestDatabase;
let redis: TestRedis;
let producer: Producer;
let deps: FireDeps;
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  producer = createProducer(redis.commands, redis.namespace);
  const flow = createFlowMeter(redis.commands, redis.namespace);
  deps = {
    db: database.db,
    producer,
    flow,
    metrics: createWorkerMetrics(),
    tracing: passTraces,
    log: pino({ level: "silent" }),
  };
});
afterEach(async () => {
  await database.db.deleteFrom("schedules").execute();
  await database.db.deleteFrom("jobs").execute();
});
afterAll(async () => {
  await producer.close();
  await Promise.all([database.close(), redis.close()]);
});

async function store(...schedules: NewSchedule[]): Promise<string> {
  await database.db.insertInto("schedules").values(schedules).execute();
  return schedules[0]!.id;
}

const scheduleOf = (id: string) =>
  database.db.selectFrom("schedules").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

const jobsOf = (id: string) =>
  database.db.selectFrom("jobs").selectAll().where("schedule_id", "=", id).orderBy("run_at").execute();

const ago = (ms: number) => new Date(Date.now() - ms);

describe("a schedule that is due", () => {
  it("submits its job with its options, and is due again one interval after it was", async () => {
    const due = ago(500);
    const options = { attempts: 7, priority: 3, timeoutMs: 1_234, tags: { a: "b" }, expiresInMs: hour };
    const id = await store(newSchedule({ next_run_at: due, options: JSON.stringify(options) }));
    expect(await fireSchedules(deps)).toBe(1);

    const [job, ...others] = await jobsOf(id);
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      kind: "sleep",
      state: "queued",
      payload: { durationMs: 1 },
      max_attempts: 7,
      priority: 3,
      options: { timeoutMs: 1_234 },
      tags: { a: "b" },
      run_at: due,
    });
    expect(job!.expires_at!.getTime() - job!.created_at.getTime()).toBe(hour);
    expect(await producer.knows("sleep", [job!.entry!])).toEqual([true]);
    expect(await scheduleOf(id)).toMatchObject({
      next_run_at: new Date(due.getTime() + hour),
      last_job_id: job!.id,
      last_run_at: expect.any(Date) as Date,
      last_error: null,
    });
    expect(await fireSchedules(deps)).toBe(0);
  });

  it("is left alone while it is paused, and before its time", async () => {
    await store(newSchedule({ paused: true }), newSchedule({ next_run_at: ago(-hour) }));
    expect(await fireSchedules(deps)).toBe(0);
  });

  it("is fired by a ticker", async () => {
    const ticker = startFiring(deps);
    try {
      const id = await store(newSchedule({ next_run_at: ago(-300) }));
      await waitFor("its job", async () => (await jobsOf(id)).length === 1);
    } finally {
      await ticker.close();
    }
  });

  it("submits each run once, however many processes look at once", async () => {
    const schedules = Array.from({ length: 300 }, (_, n) =>
      newSchedule({ interval_ms: hour, next_run_at: ago(3 * hour + n), catch_up: n % 2 ? "all" : "once" }),
    );
    await store(...schedules);
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        while ((await fireSchedules(deps)) > 0);
      }),
    );

    const jobs = await database.db.selectFrom("jobs").select(["schedule_id", "run_at"]).execute();
    const runs = jobs.map(({ schedule_id, run_at }) => `${schedule_id} ${run_at!.getTime()}`).toSorted();
    const expected = schedules.flatMap(({ id, next_run_at, catch_up }) =>
      (catch_up === "all" ? [0, 1, 2, 3] : [3]).map((n) => `${id} ${(next_run_at as Date).getTime() + n * hour}`),
    );
    expect(runs).toEqual(expected.toSorted());
  });

  it("submits its job while Redis is away, for the reconciler to enqueue", async () => {
    const id = await store(newSchedule());
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    try {
      expect(await fireSchedules({ ...deps, producer: createProducer(away, redis.namespace) })).toBe(1);
    } finally {
      away.disconnect();
    }
    const [job] = await jobsOf(id);
    expect(job).toMatchObject({ state: "queued" });
    expect(await producer.knows("sleep", [job!.entry!])).toEqual([false]);
  });
});

describe("runs that were missed", () => {
  it.each([
    ["skip", [], "missed"],
    ["once", [3], undefined],
    ["all", [0, 1, 2, 3], undefined],
  ] as const)("are made up for as %s says", async (catch_up, hoursLater, code) => {
    const due = ago(3 * hour + 120_000);
    const id = await store(newSchedule({ next_run_at: due, catch_up, interval_ms: hour }));
    await fireSchedules(deps);
    // The last that was due is two minutes ago.
    const runs = (await jobsOf(id)).map(({ run_at }) => (run_at!.getTime() - due.getTime()) / hour);
    expect(runs).toEqual(hoursLater);
    const schedule = await scheduleOf(id);
    expect(schedule.next_run_at).toEqual(new Date(due.getTime() + 4 * hour));
    expect(schedule.last_error?.code).toBe(code);
  });
});

describe("a run that overlaps with the job of an earlier one", () => {
  const again = (id: string) =>
    database.db
      .updateTable("schedules")
      .set({ next_run_at: ago(10) })
      .where("id", "=", id)
      .execute();

  it("starts if the schedule allows it", async () => {
    const id = await store(newSchedule({ overlap: "allow" }));
    await fireSchedules(deps);
    await again(id);
    await fireSchedules(deps);
    expect(await jobsOf(id)).toHaveLength(2);
  });

  it("is skipped if not, until that job is over", async () => {
    const id = await store(newSchedule({ overlap: "skip", next_run_at: ago(3 * hour), catch_up: "all" }));
    await fireSchedules(deps);
    const [first, ...others] = await jobsOf(id);
    expect(others).toEqual([]);

    await again(id);
    await fireSchedules(deps);
    expect(await jobsOf(id)).toHaveLength(1);
    expect(await scheduleOf(id)).toMatchObject({ last_job_id: first!.id, last_error: { code: "overlap" } });

    await database.db
      .updateTable("jobs")
      .set({ state: "failed", finished_at: new Date() })
      .where("id", "=", first!.id)
      .execute();
    await again(id);
    await fireSchedules(deps);
    expect(await jobsOf(id)).toHaveLength(2);
    expect(await scheduleOf(id)).toMatchObject({ last_error: null });
  });
});

describe("a schedule that cannot be fired", () => {
  it.each([
    ["whose kind is gone", { kind: "gone" }, "unknown_kind", true],
    ["whose kind is not for clients", { kind: "webhook.deliver" }, "unknown_kind", true],
    ["whose payload no longer fits", { payload: '{"durationMs":"long"}' }, "validation_failed", true],
    ["whose time zone is gone", { cron: "* * * * *", time_zone: "Mars/Olympus", interval_ms: null }, "internal", false],
  ])("%s says why and holds up no other", async (_what, changes, code, goesOn) => {
    const broken = await store(newSchedule({ ...changes, next_run_at: ago(minute) }));
    const sound = await store(newSchedule());
    await fireSchedules(deps);
    expect(await jobsOf(broken)).toEqual([]);
    expect(await jobsOf(sound)).toHaveLength(1);
    const { last_error, next_run_at } = await scheduleOf(broken);
    expect(last_error).toMatchObject({ code, message: expect.any(String) as string, at: expect.any(String) as string });
    expect(next_run_at !== null && next_run_at > new Date()).toBe(goesOn);
  });

  it("because another version has its kind is left to that for a minute", async () => {
    const due = ago(minute - 10_000);
    const id = await store(newSchedule({ kind: "gone", next_run_at: due }));
    await fireSchedules(deps);
    expect(await scheduleOf(id)).toMatchObject({ last_error: null, next_run_at: due });
  });
});

it("a worker fires schedules and runs their jobs, each run once", async () => {
  const worker = await startTestWorker();
  try {
    const due = Date.now() + 300;
    const schedule = newSchedule({ interval_ms: 1_000, next_run_at: new Date(due), catch_up: "all" });
    await worker.database.db.insertInto("schedules").values(schedule).execute();
    const jobs = await waitFor("three runs", async () => {
      const done = await worker.database.db
        .selectFrom("jobs")
        .select(["run_at"])
        .where("schedule_id", "=", schedule.id)
        .where("state", "=", "succeeded")
        .orderBy("run_at")
        .execute();
      return done.length >= 3 && done;
    });
    expect(jobs.slice(0, 3).map(({ run_at }) => run_at!.getTime() - due)).toEqual([0, 1_000, 2_000]);
  } finally {
    await worker.close();
  }
});
