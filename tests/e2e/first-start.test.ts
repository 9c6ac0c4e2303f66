import { afterAll, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { isAlive, startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
afterAll(async () => {
  await stack?.stop();
  await stack?.remove();
});

it("the first start imports the cities, and the table agrees with the counts", async () => {
  stack = await startStack();
  expect(stack.output()).toMatch(/171,075 rows read in [\d.]+ s \([\d,]+ rows\/s\): the import succeeded/);
  expect(stack.output()).toContain("171,075 inserted, 0 updated, 0 skipped, 0 rejected");
  expect(stack.output()).toContain("select count(*) from cities: 171,075");
});

it("its pid files name live processes, and Ctrl-C leaves none of them", async () => {
  const pids = stack.pids();
  expect(Object.keys(pids).toSorted()).toEqual(["api", "postgres", "redis", "stack", "worker-1", "worker-2"]);
  expect(Object.values(pids).every(isAlive)).toBe(true);

  expect(await stack.stop()).toBe(0);
  expect(Object.values(pids).filter(isAlive)).toEqual([]);
  expect(stack.pids()).toEqual({});
});

it("the next start has the data and does not import again", async () => {
  stack = await startStack({ dataDir: stack.dataDir });
  expect(stack.output()).not.toContain("rows read in");
  expect(stack.output()).toContain("171,075");

  const city = JSON.stringify({ name: "Vila", country: "AD", lat: 42.53176, lng: 1.56654 });
  const answer = await fetch(`${stack.url}/v1/imports/cities?onConflict=ignore`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: city,
  });
  expect(answer.status).toBe(202);
  const { links } = (await answer.json()) as JobView;
  await expect
    .poll(async () => (await fetch(stack.url + links.self)).json(), { timeout: 20_000 })
    .toMatchObject({ state: "succeeded", counts: { received: 1, inserted: 0, skipped: 1 } });
});
