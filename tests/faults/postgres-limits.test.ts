import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { takeConnections } from "./take-connections.ts";
import { submit, upload, type Outcome } from "./upload.ts";

/** Fewer than the times that PostgreSQL refuses something here: none of that is a chunk's or a job's own fault. */
const maxDeliveries = 2;
const refusals = maxDeliveries + 1;

let stack: FaultStack;
let jobs: JobFixture;
const outcomes: Outcome[] = [];
let apps: number[];
beforeAll(async () => {
  stack = await startFaultStack({ MAX_DELIVERIES: `${maxDeliveries}`, DATABASE_LOCK_TIMEOUT_MS: "5000" });
  jobs = await createJobFixture(stack);
  apps = stack.apps();
  // Refuses what is written at a place as often as a test says, counted by a sequence, which no rollback turns back.
  await stack.database.pool.query(`
    create table refusing (place text, state text, times bigint);
    create sequence refused;
    create function refuse() returns trigger language plpgsql as $$
    declare failing refusing;
    begin
      select * into failing from refusing where place = tg_argv[0];
      if found and nextval('refused') <= failing.times then
        raise exception 'refused by a test' using errcode = failing.state;
      end if;
      return new;
    end $$;
    create trigger refuse_upload before insert on import_chunks for each row execute function refuse('upload');
    create trigger refuse_chunk before update on import_chunks for each row when (new.state = 'done')
      execute function refuse('chunk');
    create trigger refuse_step before insert or update on user_profiles for each row execute function refuse('step')`);
});
afterEach(refuseNothing);
afterAll(() => stack?.[Symbol.asyncDispose]());

async function startImport(group: string, count = 5_000) {
  const outcome = await submit(stack.url, { group, count });
  outcomes.push(outcome);
  return outcome.job;
}

async function refuse(place: "upload" | "chunk" | "step", state: string, times = 1_000_000): Promise<void> {
  await stack.database.pool.query("insert into refusing values ($1, $2, $3)", [place, state, times]);
}

async function refuseNothing(): Promise<void> {
  await stack.database.pool.query("delete from refusing; select setval('refused', 1, false)");
}

async function countRefused(): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    "select last_value - case when is_called then 0 else 1 end as n from refused",
  );
  return rows[0]!.n;
}

const logged = (text: string) =>
  ["worker-1", "worker-2", "worker-3"].flatMap((name) => stack.readLog(name)).filter((line) => line.includes(text));

async function expectNobodyEnded(): Promise<void> {
  await expectEachRowOnce(stack, outcomes);
  expect(stack.apps()).toEqual(apps);
}

describe.each([
  ["a conflict with another transaction", "40001"],
  ["a deadlock", "40P01"],
  ["a full disk", "53100"],
])("when PostgreSQL refuses the same again and again for %s", (_why, state) => {
  it("each row of a chunk is applied once, and no delivery is spent", async () => {
    await refuse("chunk", state, refusals);
    await startImport(`refused-${state.toLowerCase()}-`, 500);
    await expectNobodyEnded();
    expect(await countRefused()).toBeGreaterThan(refusals);
  });

  it("a step of a job is applied once, and no attempt is spent", async () => {
    await refuse("step", state, refusals);
    const { userId, job } = await jobs.submitProcess();
    expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect(await jobs.countWrites(userId)).toBe(1);
    expect(await countRefused()).toBeGreaterThan(refusals);
  });
});

describe("while the disk is full", () => {
  it("uploads are 503, the queue pauses and says so once, and all goes on when there is room", async () => {
    const before = logged("fetching pauses").length;
    const resumedBefore = logged("fetching goes on").length;
    const job = await startImport("disk-", 20_000);
    await untilUnderWay(stack, job);
    await refuse("upload", "53100");
    await refuse("chunk", "53100");
    const refused = await upload(stack.url, { group: "no-room-", count: 1_000 });
    expect(refused.refusal).toContain('"code":"unavailable"');
    outcomes.push(refused);
    await waitFor("a queue to pause", async () => logged("fetching pauses").length > before);
    const refusedOnce = await countRefused();
    await waitFor("more to be tried", async () => (await countRefused()) > refusedOnce + 5);
    expect(logged("fetching pauses").length - before).toBeLessThanOrEqual(apps.length - 1);

    await refuseNothing();
    await expectNobodyEnded();
    await waitFor("the queues to go on", async () => logged("fetching goes on").length > resumedBefore);
  });
});

describe("while PostgreSQL is read-only", () => {
  it("uploads are 503, what was accepted is shown, and all goes on when it is no more", async () => {
    const job = await startImport("read-only-", 20_000);
    await untilUnderWay(stack, job);
    await stack.database.pool.query("alter system set default_transaction_read_only = on");
    await stack.database.pool.query("select pg_reload_conf()");
    try {
      const refused = await waitFor("uploads to be refused", async () => {
        const outcome = await upload(stack.url, { group: `refused-read-only-${outcomes.length}-`, count: 10 });
        outcomes.push(outcome);
        return !outcome.job && outcome;
      });
      expect(refused.refusal).toContain('"code":"unavailable"');
      expect((await fetch(stack.url + job.links.self)).status).toBe(200);
    } finally {
      await stack.database.pool.query("alter system reset default_transaction_read_only");
      await stack.database.pool.query("select pg_reload_conf()");
    }
    await expectNobodyEnded();
  });
});

describe("while PostgreSQL has no connection left", () => {
  it("uploads are 503 in time, and what was accepted goes on afterwards, without an attempt spent", async () => {
    const job = await startImport("crowded-", 20_000);
    const sleeping = await jobs.submit("sleep", { durationMs: 1_000 });
    await untilUnderWay(stack, job);
    const taken = await takeConnections(stack);
    try {
      const refused = await upload(stack.url, { group: "no-connection-", count: 1_000 });
      outcomes.push(refused);
      expect(refused.refusal).toContain('"code":"unavailable"');
    } finally {
      await taken.release();
    }
    expect(await jobs.untilOver(sleeping)).toMatchObject({ state: "succeeded", attempt: 1 });
    await expectNobodyEnded();
  });
});

describe("a deadlock with somebody else's transaction", () => {
  it("costs the import nothing: it is tried again, and each row is applied once", async () => {
    const client = await stack.database.pool.connect();
    try {
      await client.query("begin");
      await client.query("insert into users (email, name) values ('crosswise-99@example.com', 'Ada')");
      const job = await startImport("crosswise-", 100);
      await waitFor("the import to wait for that row", async () => {
        const { rows } = await stack.database.pool.query(
          "select from pg_locks where locktype = 'transactionid' and not granted",
        );
        return rows.length > 0;
      });
      await client.query("insert into users (email, name) values ('crosswise-0@example.com', 'Ada')");
      await client.query("rollback");
      await expectNobodyEnded();
      const { rows } = await stack.database.pool.query<{ last_error: string }>(
        "select last_error from import_chunks where job_id = $1",
        [job.id],
      );
      expect(rows[0]!.last_error).toBe("deadlock detected");
    } finally {
      client.release(true);
    }
  });
});
