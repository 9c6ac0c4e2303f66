import { kill } from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { isTerminal } from "@longshore/shared/status/job-state";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { look } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ DRAIN_MS: "500" });
  // Takes note of each time that a profile is written, and waits there if a test says so, as settlements do.
  await stack.database.pool.query(`
    create table writes (user_id bigint not null);
    create table gates (name text primary key);
    create function wait_at(gate text) returns void language plpgsql as $$ begin
      if exists (select from gates where name = gate) then perform pg_advisory_xact_lock(hashtext(gate)); end if;
    end $$;
    create function note_write() returns trigger language plpgsql as $$ begin
      insert into writes values (new.user_id);
      perform wait_at('write');
      return new;
    end $$;
    create trigger note_write after insert or update on user_profiles for each row execute function note_write();
    create function before_settling() returns trigger language plpgsql as $$ begin
      perform wait_at('settle');
      return new;
    end $$;
    create trigger before_settling before update on jobs for each row
      when (new.state = 'succeeded' and new.kind = 'users.process') execute function before_settling()`);
});
afterEach(() => stack.database.pool.query("delete from gates; delete from writes"));
afterAll(() => stack?.[Symbol.asyncDispose]());

/** Holds up whoever comes to a gate, until it is opened. */
async function closeGate(name: "write" | "settle") {
  const { pool } = stack.database;
  const client = await pool.connect();
  await client.query("select pg_advisory_lock(hashtext($1))", [name]);
  await client.query("insert into gates values ($1)", [name]);
  return {
    /** Resolves, to the sessions that wait, when there are any. */
    reached: () =>
      waitFor(`somebody to wait at ${name}`, async () => {
        const { rows } = await pool.query<{ pid: number }>(
          `select pid from pg_locks where locktype = 'advisory' and not granted`,
        );
        return rows.length > 0 && rows.map(({ pid }) => pid);
      }),
    async open() {
      await pool.query("delete from gates where name = $1", [name]);
      await client.query("select pg_advisory_unlock_all()");
      client.release();
    },
  };
}

async function submit(kind: string, payload: object): Promise<JobView> {
  const response = await fetch(`${stack.url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind, payload }),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as JobView;
}

async function submitProcess(): Promise<{ userId: number; job: JobView }> {
  const { rows } = await stack.database.pool.query<{ id: number }>(
    "insert into users (email, name) values (gen_random_uuid()::text || '@example.com', 'Ada Lovelace') returning id",
  );
  const userId = rows[0]!.id;
  return { userId, job: await submit("users.process", { userId }) };
}

function untilOver(job: JobView): Promise<JobView> {
  return waitFor(`${job.id} to be over`, async () => {
    const now = await look(stack, job);
    return isTerminal(now.state) && now;
  });
}

const untilRunning = (job: JobView) =>
  waitFor(`${job.id} to run`, async () => (await look(stack, job)).state === "running");

async function countWrites(userId: number): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    "select count(*) as n from writes where user_id = $1",
    [userId],
  );
  return rows[0]!.n;
}

async function deliveriesOf(job: JobView): Promise<number> {
  const { rows } = await stack.database.pool.query<{ delivery: number }>("select delivery from jobs where id = $1", [
    job.id,
  ]);
  return rows[0]!.delivery;
}

describe("a step of a handler is applied once", () => {
  it("when its worker is killed between the step's commit and the queue's acknowledgement", async () => {
    const gate = await closeGate("settle");
    const { userId, job } = await submitProcess();
    const waiting = await gate.reached();
    expect(await countWrites(userId)).toBe(1);

    await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    // The session would go on without its client.
    for (const pid of waiting) await stack.database.pool.query("select pg_terminate_backend($1)", [pid]);
    await gate.open();
    expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, result: { userId } });
    expect(await deliveriesOf(job)).toBeGreaterThan(1);
    expect(await countWrites(userId)).toBe(1);
  });

  it("when its worker freezes before the step's commit, and wakes after another one has done it", async () => {
    const [frozen, ...others] = stack.workers() as [number, ...number[]];
    const gate = await closeGate("write");
    for (const pid of others) kill(pid, "SIGSTOP");
    const { userId, job } = await submitProcess();
    await gate.reached();
    kill(frozen, "SIGSTOP");
    for (const pid of others) kill(pid, "SIGCONT");
    await gate.open();
    try {
      expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, result: { userId } });
    } finally {
      kill(frozen, "SIGCONT");
    }
    expect(await deliveriesOf(job)).toBeGreaterThan(1);

    for (const pid of others) kill(pid, "SIGSTOP");
    try {
      expect(await untilOver((await submitProcess()).job)).toMatchObject({ state: "succeeded" });
    } finally {
      for (const pid of others) kill(pid, "SIGCONT");
    }
    expect(await countWrites(userId)).toBe(1);
    expect(stack.workers()).toEqual([frozen, ...others]);
  });
});

describe("a worker that is told to stop while Redis hangs", () => {
  it("ends in good order, and its jobs are run by others when Redis is back", async () => {
    // More than two workers have slots for: each has some.
    const jobs = await Promise.all(Array.from({ length: 120 }, () => submit("sleep", { durationMs: 2_000 })));
    await Promise.all(jobs.map(untilRunning));
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
    for (const job of jobs) expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });
});

describe("a running job", () => {
  it("goes to another worker at once when its own is told to stop, and no attempt is spent", async () => {
    const jobs = await Promise.all(Array.from({ length: 6 }, () => submit("sleep", { durationMs: 4_000 })));
    await Promise.all(jobs.map(untilRunning));
    const former = stack.pid("worker-1");
    kill(former, "SIGTERM");
    await stack.replaced("worker-1", former);
    for (const job of jobs) expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });

  it("is run again when all workers are killed, and no attempt is spent", async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => submit("sleep", { durationMs: 3_000 })));
    await Promise.all(jobs.map(untilRunning));
    await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    for (const job of jobs) {
      expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await deliveriesOf(job)).toBeGreaterThan(1);
    }
  });

  it("is run again when Redis loses all that it holds", async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => submit("sleep", { durationMs: 3_000 })));
    await Promise.all(jobs.map(untilRunning));
    await stack.redis.flushall();
    for (const job of jobs) expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });

  it("that is to be cancelled is, although all workers are killed", async () => {
    const job = await submit("sleep", { durationMs: 60_000 });
    await untilRunning(job);
    for (const pid of stack.workers()) kill(pid, "SIGSTOP");
    const response = await fetch(`${stack.url}${job.links.self}/cancel`, { method: "POST" });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ state: "cancelling" });
    await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    expect(await untilOver(job)).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
  });
});
