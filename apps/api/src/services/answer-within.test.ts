import { expect, test } from "vitest";
import { answerWithin } from "./answer-within.ts";

test("an answer in time is the answer, be it good or bad", async () => {
  expect(await answerWithin(1_000, Promise.resolve(7))).toBe(7);
  await expect(answerWithin(1_000, Promise.reject(new Error("no")))).rejects.toThrow("no");
});

test("an answer that does not come is unavailable", async () => {
  await expect(answerWithin(5, new Promise(() => {}))).rejects.toMatchObject({
    code: "unavailable",
    retryAfterSeconds: 2,
  });
});
