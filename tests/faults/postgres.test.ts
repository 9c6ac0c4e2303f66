import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { expectEachRowOnce, untilUnderWay } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, upload, type Outcome } from "./upload.ts";

let stack: FaultStack;
const outcomes: Outcome[] = [];
let apps: number[];
beforeAll(async () => {
  stack = await startFaultStack();
  apps = stack.apps();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function startImport(group: string) {
  const outcome = await submit(stack.url, { group, count: 100_000 });
  outcomes.push(outcome);
  await untilUnderWay(stack, outcome.job);
}

/** Ends every session of the API and the workers, in the middle of whatever they do. */
async function terminateBackends(): Promise<number> {
  const { rowCount } = await stack.database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('longshore-api', 'longshore-worker')",
  );
  return rowCount ?? 0;
}

describe("an import is applied once, and no process ends", () => {
  it("when PostgreSQL is killed in its middle and comes back", async () => {
    await startImport("killed-");
    await stack.killAndReplace("postgres");
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });

  it("when PostgreSQL ends all its sessions in its middle, five times", async () => {
    await startImport("terminated-");
    for (let round = 0; round < 5; round += 1) await waitFor("sessions", async () => (await terminateBackends()) > 0);
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });
});

describe("an upload leaves no row unless it is answered with a 202", () => {
  it("when PostgreSQL is killed while it is received", async () => {
    const outcome = await upload(
      stack.url,
      { group: "upload-killed-", count: 60_000 },
      { halfWay: () => stack.killAndReplace("postgres") },
    );
    outcomes.push(outcome);
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });

  it("when PostgreSQL ends all its sessions while it is received", async () => {
    outcomes.push(
      await upload(stack.url, { group: "upload-terminated-", count: 60_000 }, { halfWay: terminateBackends }),
    );
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });

  it("when PostgreSQL ends all sessions again and again while many are received", async () => {
    const groups = Array.from({ length: 8 }, (_, n) => ({ group: `many-${n}-`, count: 5_000 }));
    const over = new AbortController();
    const terminating = (async () => {
      while (!over.signal.aborted) await terminateBackends();
    })();
    outcomes.push(...(await Promise.all(groups.map((rows) => upload(stack.url, rows)))));
    over.abort();
    await terminating;
    await expectEachRowOnce(stack, outcomes);
    expect(stack.apps()).toEqual(apps);
  });
});
