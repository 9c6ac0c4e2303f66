import { afterAll, beforeAll, expect, it } from "vitest";
import { startScriptedJob, type ScriptedJob } from "./scripted-job.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
let job: ScriptedJob;
beforeAll(async () => {
  api = await startApi();
  job = await startScriptedJob(api);
  await (await startScriptedJob(api)).log("info", "of another job");
  await job.log("debug", "a");
  await job.log("info", "b");
  await job.log("warn", "c");
  await job.log("error", "d");
  await job.log("info", "e");
});
afterAll(() => api.close());

type Page = { items: { seq: number; message: string; level: string }[]; nextCursor: string | null; code?: string };

async function read(query = ""): Promise<Page & { status: number }> {
  const response = await fetch(`${job.url}/logs${query}`);
  return { status: response.status, ...((await response.json()) as Page) };
}
const messages = ({ items }: Page) => items.map(({ message }) => message).join("");

it("the log of a job is its lines in their order", async () => {
  const page = await read();
  expect(messages(page)).toBe("abcde");
  expect(page.nextCursor).toBeNull();
  expect(page.items[0]).toEqual({
    seq: expect.any(Number) as number,
    at: expect.any(String) as string,
    level: "debug",
    message: "a",
    fields: { n: 1 },
  });
});

it("a log comes in pages, each from where the last one ended", async () => {
  const first = await read("?limit=2");
  const second = await read(`?limit=2&after=${first.nextCursor}`);
  const third = await read(`?limit=2&after=${second.nextCursor}`);
  expect([first, second, third].map(messages)).toEqual(["ab", "cd", "e"]);
  expect(third.nextCursor).toBeNull();
  expect(messages(await read(`?after=${third.items[0]!.seq}`))).toBe("");
});

it.each([
  ["debug", "abcde"],
  ["info", "bcde"],
  ["warn", "cd"],
  ["error", "d"],
])("of the level %s and above it is %s", async (level, expected) => {
  expect(messages(await read(`?level=${level}`))).toBe(expected);
});

it.each(["limit=0", "limit=1001", "after=-1", "after=x", "level=loud", "color=red"])("%s is 422", async (query) => {
  expect((await read(`?${query}`)).status).toBe(422);
});

it("the log of an unknown job is 404, and that of a job without lines is empty", async () => {
  job = await startScriptedJob(api);
  expect(await read()).toEqual({ status: 200, items: [], nextCursor: null });
  job = { ...job, url: `${api.url}/v1/jobs/0199a000-0000-7000-8000-000000000000` };
  expect(await read()).toMatchObject({ status: 404, code: "not_found" });
});
