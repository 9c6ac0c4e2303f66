import { kill } from "node:process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { closeGate } from "./close-gate.ts";
import { installGates } from "./install-gates.ts";
import { killAtGate } from "./kill-at-gate.ts";
import { expectEachRowOnce } from "./oracle.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

let stack: FaultStack;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  stack = await startFaultStack({ DATABASE_LOCK_TIMEOUT_MS: "10000" });
  await installGates(stack, {
    claim: { on: "import_chunks", at: "before update", when: "new.delivery > old.delivery" },
    row: { on: "users", at: "before insert", when: "new.email like '%-1500@example.com'" },
    commit: { on: "import_chunks", at: "commit", when: "new.state = 'done'" },
  });
});
beforeEach(() => waitFor("all workers to be there", async () => stack.workers().length === 3));
afterAll(() => stack?.[Symbol.asyncDispose]());

async function startImport(group: string): Promise<string> {
  const outcome = await submit(stack.url, { group, count: 5_000 });
  outcomes.push(outcome);
  return outcome.job.id;
}

async function countDone(jobId: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    "select chunks_done as n from imports where job_id = $1",
    [jobId],
  );
  return rows[0]!.n;
}

describe("each row is applied once when workers are killed", () => {
  it.each([
    ["before they have claimed a chunk", "claim"],
    ["in the middle of a chunk's rows", "row"],
    ["in the moment before a chunk's commit", "commit"],
  ])("%s", async (_moment, name) => {
    await using gate = await closeGate(stack, name);
    await startImport(`taken-back-${name}-`);
    await killAtGate(stack, gate);
    await gate.open();
    await expectEachRowOnce(stack, outcomes);
  });

  it.each([
    ["while a chunk's rows are sent, and PostgreSQL hears of it late", "row"],
    ["in the moment of a chunk's commit, which happens without them", "commit"],
  ])("%s", async (_moment, name) => {
    await using gate = await closeGate(stack, name);
    await startImport(`goes-on-${name}-`);
    await killAtGate(stack, gate, "goes on");
    await gate.open();
    await expectEachRowOnce(stack, outcomes);
  });

  it("after a chunk's commit, before the queue has heard of it", async () => {
    await using gate = await closeGate(stack, "commit");
    const jobId = await startImport("unheard-");
    await gate.reached();
    const redis = stack.pid("redis");
    kill(redis, "SIGSTOP");
    try {
      await gate.open();
      await waitFor("a commit", async () => (await countDone(jobId)) > 0);
      await stack.killAndReplace("worker-1", "worker-2", "worker-3");
    } finally {
      kill(redis, "SIGCONT");
    }
    expect(await countDone(jobId)).toBeGreaterThan(0);
    await expectEachRowOnce(stack, outcomes);
  });
});
