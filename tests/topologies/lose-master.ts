import { expect } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { JobFixture } from "../faults/create-job-fixture.ts";
import { untilUnderWay } from "../faults/oracle.ts";
import { countRows } from "../faults/read-truth.ts";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import { submit } from "../faults/upload.ts";
import { createClient } from "./create-client.ts";

const rows = 100_000;

/**
 * Has a master fail, and another one take its place, in the middle of an import, of jobs that write, and of a client that
 * reads each write back; then expects all of them to end as if nothing had been, in the same processes.
 */
export async function loseMaster(
  { stack, jobs }: { stack: FaultStack; jobs: JobFixture },
  group: string,
  fail: () => Promise<void>,
): Promise<void> {
  const client = createClient(stack.url);
  const apps = stack.apps();
  const { job } = await submit(stack.url, { group, count: rows });
  const submitted = await Promise.all(Array.from({ length: 30 }, () => jobs.submitProcess()));
  const slow = await Promise.all(Array.from({ length: 10 }, () => jobs.submit("sleep", { durationMs: 2_000 })));
  const { body: user } = await client.call<{ id: number }>("POST", "/v1/users", {
    email: `reader-of-${group}@cache.example`,
    name: "Nobody",
  });
  const path = `/v1/users/${user.id}`;
  await untilUnderWay(stack, job);

  const failing = new AbortController();
  const readBack = (async () => {
    for (let round = 0; !failing.signal.aborted; round += 1) {
      const name = `Round ${round}`;
      const { status } = await client.call("PATCH", path, { name });
      expect(status).toBe(200);
      expect((await client.call<{ name: string }>("GET", path)).body.name).toBe(name);
    }
  })();
  const meanwhile = (async () => {
    await fail();
    return Promise.all(Array.from({ length: 10 }, () => jobs.submitProcess()));
  })().finally(() => failing.abort());
  const [late] = await Promise.all([meanwhile, readBack]);

  expect(await jobs.untilOver(job, 60_000)).toMatchObject({ state: "succeeded", counts: { inserted: rows } });
  expect(await countRows(stack.database, { group, count: rows })).toEqual({ there: rows, missing: 0 });
  for (const { userId, job: written } of [...submitted, ...late]) {
    expect(await jobs.untilOver(written, 60_000)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect(await jobs.countWrites(userId)).toBe(1);
  }
  for (const one of slow) expect(await jobs.untilOver(one, 60_000)).toMatchObject({ state: "succeeded", attempt: 1 });
  const { body: other } = await client.call<{ id: number }>("POST", "/v1/users", {
    email: `${group}other@elsewhere.example`,
    name: "Somebody",
  });
  await waitFor(
    "the cache to be used again",
    async () => (await client.call("GET", `/v1/users/${other.id}`)).headers.get("x-cache") === "hit",
  );
  expect(stack.apps()).toEqual(apps);
}
