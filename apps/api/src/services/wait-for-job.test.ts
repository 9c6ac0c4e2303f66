import { beforeEach, expect, test } from "vitest";
import type { ShownJob } from "./get-job.ts";
import type { Look } from "./look-at-job.ts";
import { createWaitForJob } from "./wait-for-job.ts";
import type { Watcher } from "./watch-jobs.ts";

const shown = (text: string, isOver = false): ShownJob => ({ etag: '"1"', isOver, text });

let now: ShownJob;
let watchers: Set<Watcher>;
let draining: AbortController;
let client: AbortController;
beforeEach(() => {
  now = shown("running");
  watchers = new Set();
  draining = new AbortController();
  client = new AbortController();
});

function wait(waitMs = 60_000): Promise<ShownJob> {
  const watchJobs = {
    watch(_jobId: string, watcher: Watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    close() {},
  };
  const waitForJob = createWaitForJob({ getJob: async () => now, watchJobs, draining: draining.signal });
  return waitForJob("a", "default", { waitMs, signal: client.signal });
}

const tell = (look: ShownJob) => watchers.forEach((watcher) => watcher(look as Look));

test("what is told of a job that is not over ends no wait", async () => {
  const waiting = wait();
  // Past the first look.
  await Promise.resolve();
  tell(shown("still running"));
  expect(watchers.size).toBe(1);
  tell(shown("over", true));
  expect((await waiting).text).toBe("over");
});

test.each(["the time", "the client", "the process"])(
  "when %s is gone, the wait ends with the job as it is, and nobody watches it",
  async (what) => {
    const waiting = wait(what === "the time" ? 1 : 60_000);
    await Promise.resolve();
    now = shown("still running");
    if (what === "the client") client.abort();
    if (what === "the process") draining.abort();
    expect((await waiting).text).toBe("still running");
    expect(watchers.size).toBe(0);
  },
);

test("in a process that is about to stop nobody waits", async () => {
  draining.abort();
  const waiting = wait();
  expect((await waiting).text).toBe("running");
  expect(watchers.size).toBe(0);
});

test("nobody waits for a job that is over", async () => {
  now = shown("over", true);
  const waiting = wait();
  expect((await waiting).text).toBe("over");
  expect(watchers.size).toBe(0);
});
