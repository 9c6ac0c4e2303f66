import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { isTerminal } from "@longshore/shared/status/job-state";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { expectEachRowOnce } from "./oracle.ts";
import { look } from "./read-truth.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";
import { submit, type Outcome } from "./upload.ts";

const defaults = { WORKERS: "2", IMPORT_FIRST_CHUNK_BYTES: "", IMPORT_CHUNK_BYTES: "", IMPORT_CONCURRENCY: "" };

let stack: FaultStack;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  stack = await startFaultStack(defaults);
});
afterAll(() => stack?.[Symbol.asyncDispose]());

async function submitOne(group: string, count: number): Promise<JobView> {
  const outcome = await submit(stack.url, { group, count });
  outcomes.push(outcome);
  return outcome.job;
}

async function untilOver(job: JobView): Promise<void> {
  await waitFor(`${job.id} to end`, async () => isTerminal((await look(stack, job)).state));
}

const progressOf = async (job: JobView) => (await look(stack, job)).progress!.ratio;

describe("behind an import of a million rows", () => {
  it.each([1, 10])("%i of ten rows end before half of it is done", async (times) => {
    const large = await submitOne(`large-${times}-`, 1_000_000);
    const acceptedAt = performance.now();
    const small = await Promise.all(Array.from({ length: times }, (_, n) => submitOne(`small-${times}-${n}-`, 10)));
    await Promise.all(small.map(untilOver));
    const seconds = ((performance.now() - acceptedAt) / 1_000).toFixed(2);
    const done = await progressOf(large);
    process.stdout.write(
      `${times} × 10 rows behind a million: over after ${seconds} s, ${Math.round(done * 100)} % of the million done\n`,
    );
    expect(done).toBeLessThan(0.5);
    await expectEachRowOnce(stack, outcomes);
  });
});
