import { setTimeout } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createStatusBoard, type StatusBoard } from "@longshore/shared/status/status-board";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { Look } from "../src/services/look-at-job.ts";
import { createWatchJobs, type WatchJobs } from "../src/services/watch-jobs.ts";

let redis: TestRedis;
let board: StatusBoard;
let watching: WatchJobs;
let looks: string[];
let answer: (jobId: string) => Promise<Look | undefined>;
beforeAll(async () => {
  redis = await createTestRedis();
  board = createStatusBoard(redis.commands, redis.namespace, () => {});
});
beforeEach(async () => {
  looks = [];
  answer = async () => undefined;
  watching = createWatchJobs({
    redis: redis.commands,
    namespace: redis.namespace,
    log: pino({ level: "silent" }),
    lookAtJob(jobId) {
      looks.push(jobId);
      return answer(jobId);
    },
  });
  // A ring that is heard says that the bell is, and all that follows from that has happened.
  const stop = watching.watch("heard", () => {});
  await waitFor("the bell", async () => {
    await board.ring(["heard"]);
    return looks.length > 2;
  });
  stop();
  looks = [];
});
afterEach(() => watching.close());
afterAll(() => redis.close());

it("a job is looked at at once, and when it rings; another one's ring is nothing to it", async () => {
  watching.watch("a", () => {});
  expect(looks).toEqual(["a"]);
  await board.ring(["b"]);
  await board.ring(["a", "c"]);
  await waitFor("a look", async () => looks.length === 2);
  expect(looks).toEqual(["a", "a"]);
});

it("watchers of a job share its looks", async () => {
  const told: string[] = [];
  for (const name of ["x", "y"]) watching.watch("a", () => told.push(name));
  await waitFor("both to be told", async () => told.includes("y"));
  const before = looks.length;
  await board.ring(["a"]);
  await waitFor("a look", async () => looks.length > before);
  expect(looks.length).toBe(before + 1);
});

it("nobody looks at a job that nobody watches any more", async () => {
  const stop = watching.watch("a", () => {});
  stop();
  const last = watching.watch("b", () => {});
  await board.ring(["a", "b"]);
  await waitFor("a look", async () => looks.length === 3);
  expect(looks).toEqual(["a", "b", "b"]);
  last();
});

it("a job that rings without end is looked at ten times a second at most, and a last time after the last ring", async () => {
  watching.watch("a", () => {});
  const start = performance.now();
  while (looks.length <= 4 || performance.now() < start + 1_000) {
    await board.ring(["a"]);
    await setTimeout(2);
  }
  const tenths = Math.floor((performance.now() - start) / 100);
  // The first one is made at once.
  expect(looks.length).toBeLessThanOrEqual(1 + tenths);
  const before = looks.length;
  await board.ring(["a"]);
  await waitFor("the last look", async () => looks.length > before);
});

it("a look that failed is made again", async () => {
  let told = 0;
  answer = () => Promise.reject(new Error("the database is away"));
  watching.watch("a", () => (told += 1));
  await waitFor("another look", async () => looks.length === 2);
  expect(told).toBe(0);
  answer = async () => undefined;
  await waitFor("an answer", async () => told === 1);
});

it("what rings while a job is looked at is looked at afterwards", async () => {
  const first = Promise.withResolvers<Look | undefined>();
  answer = async (jobId) => (jobId === "a" ? first.promise : undefined);
  for (const jobId of ["a", "b"]) watching.watch(jobId, () => {});
  await board.ring(["a", "b"]);
  await waitFor("the ring", async () => looks.length === 3);
  expect(looks).toEqual(["a", "b", "b"]);
  first.resolve(undefined);
  await waitFor("another look", async () => looks.length === 4);
});
