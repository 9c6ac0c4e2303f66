import { expect, test } from "vitest";
import { contracts } from "./contracts.ts";
import { toJobRow } from "./to-job-row.ts";

const origin = { tenant: "default", requestId: "request" };

test("a job is created at the time that its id begins with", () => {
  const { id, created_at, updated_at } = toJobRow({ kind: "sleep", payload: {} }, origin);
  expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(created_at.getTime());
  expect(updated_at).toEqual(created_at);
});

test("a job takes the attempts of its kind, unless it is given others", () => {
  expect(toJobRow({ kind: "sleep", payload: {} }, origin).max_attempts).toBe(contracts.sleep.attempts);
  expect(toJobRow({ kind: "sleep", payload: {}, options: { attempts: 9 } }, origin).max_attempts).toBe(9);
});

test.each([
  { what: "no time", options: {}, state: "queued" },
  { what: "no delay", options: { delayMs: 0 }, state: "queued" },
  { what: "a delay", options: { delayMs: 1_000 }, state: "scheduled" },
  { what: "a time that has passed", options: { runAt: "2020-01-01T00:00:00+02:00" }, state: "queued" },
  { what: "a time to come", options: { runAt: "2100-01-01T00:00:00+02:00" }, state: "scheduled" },
])("a job with $what is $state", ({ options, state }) => {
  const job = toJobRow({ kind: "sleep", payload: {}, options }, origin);
  expect(job.state).toBe(state);
  expect(job.run_at === null).toBe(state === "queued");
});

test("a time is the same whatever its offset", () => {
  const { run_at } = toJobRow({ kind: "sleep", payload: {}, options: { runAt: "2100-01-01T02:00:00+02:00" } }, origin);
  expect(run_at).toEqual(new Date("2100-01-01T00:00:00Z"));
});
