import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { closeGate } from "./close-gate.ts";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { installGates } from "./install-gates.ts";
import { killAtGate } from "./kill-at-gate.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";

let stack: FaultStack;
let jobs: JobFixture;
beforeAll(async () => {
  stack = await startFaultStack({ DRAIN_MS: "500" });
  jobs = await createJobFixture(stack);
  await installGates(stack, {
    claim: { on: "jobs", at: "before update", when: "new.delivery > old.delivery and new.kind = 'users.process'" },
    write: { on: "user_profiles", at: "after insert or update" },
    settle: { on: "jobs", at: "before update", when: "new.state = 'succeeded' and new.kind = 'users.process'" },
  });
});
afterAll(() => stack?.[Symbol.asyncDispose]());

describe("a step of a handler is applied once", () => {
  it("when its worker is killed between the step's commit and the queue's acknowledgement", async () => {
    await using gate = await closeGate(stack, "settle");
    const { userId, job } = await jobs.submitProcess();
    const waiting = await gate.reached();
    expect(await jobs.countWrites(userId)).toBe(1);

    await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    // The session would go on without its client.
    for (const { pid } of waiting) await stack.database.pool.query("select pg_terminate_backend($1)", [pid]);
    await gate.open();
    expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, result: { userId } });
    expect(await jobs.deliveriesOf(job)).toBeGreaterThan(1);
    expect(await jobs.countWrites(userId)).toBe(1);
  });

  it("when its worker is killed before it has claimed the job", async () => {
    await using gate = await closeGate(stack, "claim");
    const { userId, job } = await jobs.submitProcess();
    await killAtGate(stack, gate);
    await gate.open();
    expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, result: { userId } });
    expect(await jobs.countWrites(userId)).toBe(1);
  });

  it("when its worker is killed after the job is settled, before the queue has heard of it", async () => {
    await using gate = await closeGate(stack, "settle");
    const { userId, job } = await jobs.submitProcess();
    await gate.reached();
    const redis = stack.pid("redis");
    kill(redis, "SIGSTOP");
    try {
      await gate.open();
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    } finally {
      kill(redis, "SIGCONT");
    }
    const entry = async () => (await stack.redis.keys("{longshore:users.process}:users.process:[0-9a-f]*-*")).length;
    await waitFor("the entry to be found done", async () => (await entry()) === 0);
    expect(await jobs.deliveriesOf(job)).toBe(1);
    expect(await jobs.countWrites(userId)).toBe(1);
  });

  it("when PostgreSQL ends the session in which it is taken, and no attempt is spent", async () => {
    await using gate = await closeGate(stack, "write");
    const { userId, job } = await jobs.submitProcess();
    for (const { pid } of await gate.reached())
      await stack.database.pool.query("select pg_terminate_backend($1)", [pid]);
    await gate.open();
    expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, result: { userId } });
    expect(await jobs.countWrites(userId)).toBe(1);
  });

  it("when its worker freezes before the step's commit, and wakes after another one has done it", async () => {
    const [frozen, ...others] = stack.workers() as [number, ...number[]];
    await using gate = await closeGate(stack, "write");
    for (const pid of others) kill(pid, "SIGSTOP");
    const { userId, job } = await jobs.submitProcess();
    await gate.reached();
    kill(frozen, "SIGSTOP");
    for (const pid of others) kill(pid, "SIGCONT");
    await gate.open();
    try {
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, result: { userId } });
    } finally {
      kill(frozen, "SIGCONT");
    }
    expect(await jobs.deliveriesOf(job)).toBeGreaterThan(1);

    for (const pid of others) kill(pid, "SIGSTOP");
    try {
      expect(await jobs.untilOver((await jobs.submitProcess()).job)).toMatchObject({ state: "succeeded" });
    } finally {
      for (const pid of others) kill(pid, "SIGCONT");
    }
    expect(await jobs.countWrites(userId)).toBe(1);
    expect(stack.workers()).toEqual([frozen, ...others]);
  });
});

describe("a worker that is told to stop while Redis hangs", () => {
  it("ends in good order, and its jobs are run by others when Redis is back", async () => {
    // More than two workers have slots for: each has some.
    const submitted = await Promise.all(Array.from({ length: 120 }, () => jobs.submit("sleep", { durationMs: 2_000 })));
    await Promise.all(submitted.map(jobs.untilRunning));
    const redis = stack.pid("redis");
    const saidBefore = stack.output().length;
    kill(redis, "SIGSTOP");
    try {
      kill(stack.pid("worker-2"), "SIGTERM");
      await waitFor("it to end in good order", async () =>
        stack.output().slice(saidBefore).includes("worker-2 ended by itself (exit code 0)"),
      );
    } finally {
      kill(redis, "SIGCONT");
    }
    for (const job of submitted) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });
});

describe("a running job", () => {
  it("goes to another worker at once when its own is told to stop, and no attempt is spent", async () => {
    const submitted = await Promise.all(Array.from({ length: 6 }, () => jobs.submit("sleep", { durationMs: 4_000 })));
    await Promise.all(submitted.map(jobs.untilRunning));
    const former = stack.pid("worker-1");
    kill(former, "SIGTERM");
    await stack.replaced("worker-1", former);
    for (const job of submitted) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });

  it("is run again when all workers are killed, and no attempt is spent", async () => {
    const submitted = await Promise.all(Array.from({ length: 20 }, () => jobs.submit("sleep", { durationMs: 3_000 })));
    await Promise.all(submitted.map(jobs.untilRunning));
    await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    for (const job of submitted) {
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.deliveriesOf(job)).toBeGreaterThan(1);
    }
  });

  it("is run again when Redis loses all that it holds", async () => {
    const submitted = await Promise.all(Array.from({ length: 20 }, () => jobs.submit("sleep", { durationMs: 3_000 })));
    await Promise.all(submitted.map(jobs.untilRunning));
    await stack.redis.flushall();
    for (const job of submitted) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });

  it("that is to be cancelled is, although all workers are killed", async () => {
    const job = await jobs.submit("sleep", { durationMs: 60_000 });
    await jobs.untilRunning(job);
    for (const pid of stack.workers()) kill(pid, "SIGSTOP");
    const response = await fetch(`${stack.url}${job.links.self}/cancel`, { method: "POST" });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ state: "cancelling" });
    await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    expect(await jobs.untilOver(job)).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
  });
});
