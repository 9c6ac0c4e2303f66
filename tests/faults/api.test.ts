import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { isAppReady } from "@longshore/stack/supervisor/is-app-ready";
import { expectEachRowOnce } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, upload, type Outcome, type Rows } from "./upload.ts";

let stack: FaultStack;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  stack = await startFaultStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function killApi(): Promise<void> {
  await stack.killAndReplace("api");
  await waitFor("the API to serve again", () => isAppReady(stack.url));
}

async function countJobs(states: readonly string[]): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    "select count(*) as n from jobs join imports on job_id = id where state = any ($1) and (staged_bytes > 0 or state <> 'receiving')",
    [states],
  );
  return rows[0]!.n;
}

/** Uploads half, kills the API when some of that is staged, and goes on; there is nobody to answer. */
async function uploadCutOff(rows: Rows, idempotencyKey?: string): Promise<Outcome> {
  const options = {
    ...(idempotencyKey && { idempotencyKey }),
    async halfWay() {
      await waitFor("some of the upload to be staged", async () => (await countJobs(["receiving"])) > 0);
      await killApi();
    },
  };
  return upload(stack.url, rows, options);
}

describe("when the API is killed", () => {
  it("in the middle of an upload, the client has an error and no row is there", async () => {
    const outcome = await uploadCutOff({ group: "cut-off-", count: 20_000 });
    expect(outcome.job).toBeUndefined();
    outcomes.push(outcome);
    await expectEachRowOnce(stack, outcomes);
  });

  it("right after its 202, the import is applied once", async () => {
    outcomes.push(await submit(stack.url, { group: "answered-", count: 50_000 }));
    await killApi();
    await expectEachRowOnce(stack, outcomes);
  });

  it("in the middle of an upload with an idempotency key, the same request is taken once, seconds later", async () => {
    const rows = { group: "retried-", count: 20_000 };
    expect((await uploadCutOff(rows, "retried")).job).toBeUndefined();
    expect(await upload(stack.url, rows, { idempotencyKey: "retried" })).toMatchObject({
      refusal: expect.stringContaining("idempotency_in_flight") as string,
    });
    const first = await waitFor("the key to be free", async () => {
      const outcome = await upload(stack.url, rows, { idempotencyKey: "retried" });
      return outcome.job && { ...outcome, job: outcome.job };
    });
    const second = await submit(stack.url, rows, { idempotencyKey: "retried" });
    expect(second.job.id).toBe(first.job.id);
    outcomes.push(first);
    await expectEachRowOnce(stack, outcomes);
  });

  it("between its commit and its 202, the same request with the same idempotency key finds the import", async () => {
    const rows = { group: "committed-", count: 5_000 };
    const redis = stack.pid("redis");
    // The API waits for Redis between the two.
    kill(redis, "SIGSTOP");
    const cutOff = upload(stack.url, rows, { idempotencyKey: "committed" });
    await waitFor("the commit", async () => (await countJobs(["queued"])) > 0);
    await killApi();
    kill(redis, "SIGCONT");
    expect((await cutOff).job).toBeUndefined();

    outcomes.push(await submit(stack.url, rows, { idempotencyKey: "committed" }));
    await expectEachRowOnce(stack, outcomes);
  });
});
