import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeGate } from "./close-gate.ts";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { installGates } from "./install-gates.ts";
import { killAtGate } from "./kill-at-gate.ts";
import { countRows } from "./read-truth.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit } from "./upload.ts";

const maxDeliveries = 7;

let stack: FaultStack;
let jobs: JobFixture;
beforeAll(async () => {
  stack = await startFaultStack({
    WORKERS: "4",
    DATABASE_LOCK_TIMEOUT_MS: "10000",
    MAX_DELIVERIES: `${maxDeliveries}`,
  });
  jobs = await createJobFixture(stack);
  await installGates(stack, {
    profile: { on: "user_profiles", at: "before insert", when: "new.display_name = 'Poison'" },
    row: { on: "users", at: "before insert", when: "new.email = 'poisoned-1500@example.com'" },
  });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

/** Kills the worker that comes to a gate with what is submitted, and then the one that has taken its place there. */
async function killWhoeverComes<Job>(name: string, times: number, submitTo: () => Promise<Job>): Promise<Job> {
  await using gate = await closeGate(stack, name);
  const submitted = await submitTo();
  for (let round = 0; round < times; round += 1) await killAtGate(stack, gate);
  return submitted;
}

describe("a job", () => {
  it("whose worker is killed six times in its middle succeeds in its first attempt, and writes once", async () => {
    const { userId, job } = await killWhoeverComes("profile", 6, () => jobs.submitProcess("Poison"));
    expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect(await jobs.deliveriesOf(job)).toBe(7);
    expect(await jobs.countWrites(userId)).toBe(1);
  });

  it("that takes down each worker that runs it fails as poisoned, and its neighbours succeed", async () => {
    const {
      poison: { userId, job },
      neighbours,
      others,
    } = await killWhoeverComes("profile", maxDeliveries, async () => ({
      poison: await jobs.submitProcess("Poison"),
      neighbours: await Promise.all(Array.from({ length: 10 }, () => jobs.submitProcess())),
      others: await Promise.all(Array.from({ length: 10 }, () => jobs.submit("sleep", { durationMs: 3_000 }))),
    }));
    expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "failed", error: { code: "poisoned" } });
    expect(await jobs.countWrites(userId)).toBe(0);
    for (const neighbour of neighbours) {
      expect(await jobs.untilOver(neighbour.job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.countWrites(neighbour.userId)).toBe(1);
    }
    for (const other of others) expect(await jobs.untilOver(other)).toMatchObject({ state: "succeeded", attempt: 1 });
  });
});

describe("an import", () => {
  it("with a chunk that takes down each worker fails as poisoned, says which rows, and its neighbours succeed", async () => {
    const rows = { group: "poisoned-", count: 3_000 };
    const neighbour = await submit(stack.url, { group: "beside-", count: 5_000 });
    const { job } = await killWhoeverComes("row", maxDeliveries, () => submit(stack.url, rows));

    const ended = await jobs.untilOver(job, 60_000);
    expect(ended).toMatchObject({ state: "failed", error: { code: "poisoned" } });
    expect(ended.error?.message).toMatch(/^Rows \d+ to \d+ were not applied after 7 deliveries/);
    const { there } = await countRows(stack.database, rows);
    expect(ended.counts?.inserted).toBe(there);
    expect(there).toBeLessThan(rows.count);

    expect(await jobs.untilOver(neighbour.job)).toMatchObject({ state: "succeeded", counts: { inserted: 5_000 } });
    expect(await countRows(stack.database, neighbour)).toEqual({ there: 5_000, missing: 0 });
  });
});
