import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { isAppReady } from "@longshore/stack/supervisor/is-app-ready";
import { createJobFixture, type JobFixture } from "./create-job-fixture.ts";
import { expectAllAtOnce, expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startClients } from "./start-clients.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

/** What a worker may take to end, by `SHUTDOWN_GRACE_MS`. */
const graceMs = 10_000;
/** `LOCK_DURATION_MS`. */
const lockMs = 10_000;
const workers = ["worker-1", "worker-2", "worker-3"];

let stack: FaultStack;
let jobs: JobFixture;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  // As they are unless told otherwise: the defaults are what must fit together. Only slots there are more.
  stack = await startFaultStack({
    LOCK_DURATION_MS: "",
    IMPORT_CONCURRENCY: "",
    IMPORT_FIRST_CHUNK_BYTES: "",
    IMPORT_CHUNK_BYTES: "",
    KIND_CONCURRENCY: "sleep=80",
  });
  jobs = await createJobFixture(stack);
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const seconds = (start: number) => ((performance.now() - start) / 1_000).toFixed(1);
const logged = (text: string) => workers.flatMap((name) => stack.readLog(name)).filter((line) => line.includes(text));

async function countRunning(): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    "select count(*) as n from jobs where kind = 'sleep' and state = 'running'",
  );
  return rows[0]!.n;
}

describe("workers that are told to stop all at once, with 200 running jobs and an import of a million rows", () => {
  it("end in good order in time; nothing stalls, no attempt is spent, and each row is applied once", async () => {
    const outcome = await submit(stack.url, { group: "stopped-", count: 1_000_000 });
    outcomes.push(outcome);
    const running = await Promise.all(Array.from({ length: 200 }, () => jobs.submit("sleep", { durationMs: 8_000 })));
    const writing = await Promise.all(Array.from({ length: 20 }, () => jobs.submitProcess()));
    await waitFor("all of them to run", async () => (await countRunning()) === running.length);
    await untilUnderWay(stack, outcome.job);

    const said = stack.output().length;
    const former = workers.map((name) => [name, stack.pid(name)] as const);
    for (const [, pid] of former) kill(pid, "SIGTERM");
    const start = performance.now();
    for (const name of workers) {
      await waitFor(
        `${name} to end in good order`,
        async () => stack.output().slice(said).includes(`${name} ended by itself (exit code 0)`),
        graceMs,
      );
    }
    process.stdout.write(`Workers told to stop under load: all ended after ${seconds(start)} s\n`);
    await Promise.all(former.map(([name, pid]) => stack.replaced(name, pid)));
    for (const job of running) expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
    for (const { userId, job } of writing) {
      expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
      expect(await jobs.countWrites(userId)).toBe(1);
    }
    await expectEachRowOnce(stack, outcomes);
    expect(logged("entry taken over from a lost worker")).toEqual([]);
  });
});

describe("a deploy that replaces one process after the other", () => {
  it("fails no request of clients that connect again where nobody listens, and spends no attempt", async () => {
    const outcome = await submit(stack.url, { group: "rolling-", count: 1_000_000 });
    outcomes.push(outcome);
    const clients = startClients(stack.url, 8);
    for (const name of [...workers, "api"]) {
      const former = stack.pid(name);
      kill(former, "SIGTERM");
      await stack.replaced(name, former);
      await waitFor(`${name} to be ready`, () => isAppReady(stack.urlOf(name)));
    }
    const { accepted, failures } = await clients.stop();
    expect(failures).toEqual([]);
    process.stdout.write(`Rolling deploy: ${accepted.length} requests, none failed\n`);
    await expectEachRowOnce(stack, outcomes);
    await expectAllAtOnce(stack, accepted);
    expect(logged("entry taken over from a lost worker")).toEqual([]);
  });
});

describe("a worker that is killed", () => {
  it("loses its job to another one within the time of a lock and two looks for those that are lost", async () => {
    const job = await jobs.submit("sleep", { durationMs: 2_000 });
    await jobs.untilRunning(job);
    const start = performance.now();
    await stack.killAndReplace(...workers);
    await waitFor("another one to have it", async () => (await jobs.deliveriesOf(job)) > 1, lockMs + 2 * (lockMs / 2));
    process.stdout.write(`Workers killed: the job runs again after ${seconds(start)} s\n`);
    expect(await jobs.untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1 });
  });
});
