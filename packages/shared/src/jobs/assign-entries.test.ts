import { expect, test } from "vitest";
import { assignEntries } from "./assign-entries.ts";
import { toEntries } from "./to-entries.ts";
import { toJobRow } from "./to-job-row.ts";
import type { JobOptionsInput } from "./job-options.ts";

const newJob = (kind = "sleep", options: JobOptionsInput = {}) =>
  toJobRow({ kind, payload: {}, options }, { tenant: "default", requestId: null });

function pack(jobs: ReturnType<typeof newJob>[]) {
  assignEntries(jobs);
  return toEntries(jobs);
}

test("jobs alike share an entry, in their order, up to 100", () => {
  const jobs = Array.from({ length: 250 }, () => newJob());
  const entries = pack(jobs);
  expect(entries.map(({ data }) => data.jobs.length)).toEqual([100, 100, 50]);
  expect(entries.flatMap(({ data }) => data.jobs)).toEqual(jobs.map(({ id }) => id));
  expect(new Set(entries.map(({ id }) => id)).size).toBe(3);
});

test("a job names the entry that carries it", () => {
  const jobs = [newJob(), newJob("users.process"), newJob()];
  for (const { id, data } of pack(jobs)) {
    expect(jobs.filter(({ entry }) => entry === id).map((job) => job.id)).toEqual(data.jobs);
  }
});

test("jobs of different kinds, times and priorities do not share an entry", () => {
  const entries = pack([
    newJob(),
    newJob("users.process"),
    newJob("sleep", { priority: 1 }),
    newJob("sleep", { priority: 2 }),
    newJob("sleep", { runAt: "2100-01-01T00:00:00Z" }),
    newJob("sleep", { runAt: "2100-01-01T00:00:01Z" }),
  ]);
  expect(entries).toHaveLength(6);
  expect(entries.map(({ queue, priority }) => [queue, priority])).toEqual([
    ["sleep", 0],
    ["users.process", 0],
    ["sleep", 1],
    ["sleep", 2],
    ["sleep", 0],
    ["sleep", 0],
  ]);
});

test("jobs of the same time share an entry that waits until then", () => {
  const runAt = new Date(Date.now() + 60_000).toISOString();
  const jobs = [newJob("sleep", { runAt }), newJob("sleep", { runAt })];
  assignEntries(jobs);
  expect(toEntries(jobs, Date.parse(runAt) - 500)).toMatchObject([{ delayMs: 500 }]);
  expect(toEntries(jobs, Date.parse(runAt) + 500)).toMatchObject([{ delayMs: 0 }]);
});

test("an entry's id has no colon and is no number, as BullMQ wants it", () => {
  const [entry] = pack([newJob()]);
  expect(entry!.id).toMatch(/^[0-9a-f]+(-[0-9a-f]+){4}$/);
});
