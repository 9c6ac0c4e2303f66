import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createClocks, type Clocks } from "./create-clocks.ts";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectAllAtOnce, expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startClients } from "./start-clients.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

const hourMs = 60 * 60_000;
/** What a worker's clock may be ahead of PostgreSQL's without being found out. */
const toleranceMs = 1_000;

let clocks: Clocks;
let stack: FaultStack;
let jobs: JobFixture;
let apps: number[];
const outcomes: Outcome[] = [];
const cleanup = new AsyncDisposableStack();
beforeAll(async () => {
  clocks = cleanup.use(createClocks());
  // The time of a lock as it is unless told otherwise: none is to be lost.
  stack = cleanup.use(await startFaultStack({ WORKERS: "2", LOCK_DURATION_MS: "", ...clocks.env }));
  jobs = await createJobFixture(stack);
  apps = stack.apps();
});
afterAll(() => cleanup.disposeAsync());

async function post(path: string, body: object) {
  const response = await fetch(stack.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as JobView & { nextRunAt: string };
}

const startAt = (date: number) =>
  post("/v1/jobs", { kind: "sleep", payload: { durationMs: 1 }, options: { runAt: new Date(date).toISOString() } });

async function expectInTime(planned: readonly JobView[]): Promise<void> {
  for (const job of planned) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  const { rows } = await stack.database.pool.query<{ early: number }>(
    `select extract(epoch from run_at - started_at)::float8 * 1000 as early from jobs where id = any ($1)`,
    [planned.map(({ id }) => id)],
  );
  expect(rows).toHaveLength(planned.length);
  for (const { early } of rows) expect(early).toBeLessThanOrEqual(toleranceMs);
}

async function expectScheduledOnce(id: string, first: number): Promise<void> {
  const runs = await waitFor("five runs of the schedule", async () => {
    const { rows } = await stack.database.pool.query<{ run_at: Date }>(
      "select run_at from jobs where schedule_id = $1 and state = 'succeeded' order by run_at",
      [id],
    );
    return rows.length >= 5 && rows;
  });
  expect(runs.slice(0, 5).map(({ run_at }) => run_at.getTime() - first)).toEqual([0, 1, 2, 3, 4].map((n) => n * 1_000));
}

describe.each([
  ["forward", hourMs],
  ["back", -hourMs],
])("a clock that jumps %s by an hour", (direction, byMs) => {
  it("in a worker loses and doubles nothing, starts nothing early, and makes schedules run as before", async () => {
    const schedule = { name: direction, kind: "sleep", payload: { durationMs: 1 }, intervalMs: 1_000, catchUp: "all" };
    const { id, nextRunAt } = await post("/v1/schedules", schedule);
    outcomes.push(await submit(stack.url, { group: `worker-${direction}-`, count: 50_000 }));
    const planned = await Promise.all(Array.from({ length: 10 }, () => startAt(Date.now() + 4_000)));
    const sleeping = await Promise.all(Array.from({ length: 60 }, () => jobs.submit("sleep", { durationMs: 3_000 })));
    const { userId, job } = await jobs.submitProcess();
    await untilUnderWay(stack, outcomes.at(-1)!.job!);
    const [jumped] = stack.workers() as [number];
    await clocks.set(jumped, byMs);
    const clients = startClients(stack.url, 4);

    await expectInTime(planned);
    await expectScheduledOnce(id, Date.parse(nextRunAt));
    await post(`/v1/schedules/${id}/pause`, {});
    const { accepted, failures } = await clients.stop();
    expect(failures).toEqual([]);
    for (const each of [...sleeping, job, ...accepted.slice(-5)])
      expect(await jobs.untilOver(each)).toMatchObject({ state: "succeeded", attempt: 1 });
    for (const each of sleeping) expect(await jobs.deliveriesOf(each)).toBe(1);
    expect(await jobs.countWrites(userId)).toBe(1);
    await expectEachRowOnce(stack, outcomes);
    await clocks.set(jumped, 0);
  });

  it("in the API loses and doubles nothing, and ids stay unique, also when Redis has lost what it took", async () => {
    const before = await jobs.submit("sleep", { durationMs: 1 });
    await clocks.set(stack.pid("api"), byMs);
    const clients = startClients(stack.url, 4);
    outcomes.push(await submit(stack.url, { group: `api-${direction}-`, count: 50_000 }));
    const sleeping = await Promise.all(Array.from({ length: 30 }, () => jobs.submit("sleep", { durationMs: 1_000 })));
    for (const { createdAt } of sleeping)
      expect(Math.abs(Date.parse(createdAt) - Date.now() - byMs)).toBeLessThan(hourMs / 2);
    await stack.redis.flushall();
    await clocks.set(stack.pid("api"), 0);
    const after = await jobs.submit("sleep", { durationMs: 1 });
    const { accepted, failures } = await clients.stop();
    expect(failures).toEqual([]);
    const all = [before, ...sleeping, ...accepted, after];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    await expectEachRowOnce(stack, outcomes);
    await expectAllAtOnce(stack, all);
    expect(stack.apps()).toEqual(apps);
  });
});
