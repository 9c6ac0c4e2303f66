import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Redis } from "ioredis";
import type { JobState } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { bellChannel } from "@longshore/shared/status/status-board";
import { readTestConfig } from "@longshore/shared/testing/config";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { postAccepted } from "./post-accepted.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const post = (path: string, type: string, body: string) => postAccepted(api.url + path, type, body);

const submitSleep = (options: object = {}) =>
  post("/v1/jobs", "application/json", JSON.stringify({ kind: "sleep", payload: { durationMs: 1 }, options }));

async function retry(id: string) {
  const response = await fetch(`${api.url}/v1/jobs/${id}/retry`, { method: "POST" });
  return { status: response.status, body: (await response.json()) as JobView & { code?: string; detail?: string } };
}

const readRow = (id: string) =>
  api.database.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

function end({ id }: JobView, state: JobState) {
  return api.database.db
    .updateTable("jobs")
    .set({
      state,
      attempt: 3,
      delivery: 4,
      error: JSON.stringify({ code: "handler_failed", message: "no" }),
      finished_at: new Date(),
      webhook_job_id: "0199a000-0000-7000-8000-000000000000",
    })
    .where("id", "=", id)
    .execute();
}

async function waiting(queue: string): Promise<string[]> {
  return api.redis.commands.lrange(`{${api.redis.namespace}:${queue}}:${queue}:wait`, 0, -1);
}

/** What waits behind the first chunks. */
async function waitingBehind(queue: string): Promise<string[]> {
  return api.redis.commands.zrange(`{${api.redis.namespace}:${queue}}:${queue}:prioritized`, "0", "-1");
}

describe("a retry of a job", () => {
  it.each<JobState>(["failed", "cancelled", "expired"])(
    "that is %s queues it again with a new series of attempts",
    async (state) => {
      const job = await submitSleep({ delayMs: 60_000, expiresAt: new Date(Date.now() + 90_000).toISOString() });
      const before = await readRow(job.id);
      await end(job, state);
      const { status, body } = await retry(job.id);
      expect(status).toBe(202);
      expect(body).toMatchObject({ id: job.id, state: "queued", attempt: 0, error: null, finishedAt: null });
      expect(body.expiresAt).toBeNull();
      expect(Date.parse(body.runAt!)).toBeLessThanOrEqual(Date.now());

      const row = await readRow(job.id);
      expect(row).toMatchObject({ outcome: null, delivery: 4, settled_delivery: 4, webhook_job_id: null, revision: 2 });
      expect(row.entry).not.toBe(before.entry);
      expect(await waiting("sleep")).toContain(row.entry);
    },
  );

  it.each<JobState>(["scheduled", "queued", "running", "cancelling", "succeeded", "partially_succeeded"])(
    "that is %s is 409",
    async (state) => {
      const job = await submitSleep();
      await api.database.db.updateTable("jobs").set({ state }).where("id", "=", job.id).execute();
      expect(await retry(job.id)).toMatchObject({ status: 409, body: { code: "illegal_state" } });
    },
  );

  it("that is not there is 404", async () => {
    expect(await retry("0199a000-0000-7000-8000-000000000000")).toMatchObject({ status: 404 });
  });

  it("of another tenant is 404, and so is cancelling it", async () => {
    const job = await submitSleep();
    await end(job, "failed");
    await api.database.db.updateTable("jobs").set({ tenant: "other" }).where("id", "=", job.id).execute();
    expect(await retry(job.id)).toMatchObject({ status: 404 });
    expect((await fetch(`${api.url}/v1/jobs/${job.id}/cancel`, { method: "POST" })).status).toBe(404);
  });

  it("whose dedupKey another job has by now is 409", async () => {
    const job = await submitSleep({ dedupKey: "taken" });
    await end(job, "failed");
    const next = await submitSleep({ dedupKey: "taken" });
    expect(await retry(job.id)).toMatchObject({ status: 409, body: { code: "illegal_state" } });
    await end(next, "failed");
    expect(await retry(job.id)).toMatchObject({ status: 202 });
  });

  it("keeps its priority", async () => {
    const job = await submitSleep({ priority: 7 });
    await end(job, "failed");
    await retry(job.id);
    const { entry } = await readRow(job.id);
    const key = `{${api.redis.namespace}:sleep}:sleep`;
    expect(await api.redis.commands.hget(`${key}:${entry}`, "priority")).toBe("7");
  });

  it("rings for those who watch it", async () => {
    const job = await submitSleep();
    await end(job, "failed");
    const heard: string[] = [];
    const listener = new Redis(readTestConfig().REDIS_URL);
    try {
      listener.on("message", (_channel, ids: string) => heard.push(...ids.split(" ")));
      await listener.subscribe(bellChannel(api.redis.namespace));
      await retry(job.id);
      await waitFor("the bell", async () => heard.includes(job.id));
    } finally {
      listener.disconnect();
    }
  });
});

describe("a retry of an import", () => {
  it("runs only the chunks that were not applied", async () => {
    const rows = Array.from({ length: 60 }, (_, n) =>
      JSON.stringify({ name: `User ${n}`, email: `user${n}@example.com` }),
    ).join("\n");
    const job = await post("/v1/imports/users", "application/x-ndjson", rows);
    const chunks = api.database.db.updateTable("import_chunks").where("job_id", "=", job.id);
    await chunks.set({ state: "done", payload: null }).where("seq", "in", [0, 2]).execute();
    await chunks.set({ delivery: 10, last_error: "x" }).where("seq", "=", 1).execute();
    await api.redis.wipe();
    await end(job, "failed");

    expect(await retry(job.id)).toMatchObject({ status: 202, body: { state: "queued" } });
    // With a window of 2: chunk 1 is released from the start, chunk 2's end released chunk 4.
    expect((await waitingBehind("imports")).toSorted()).toEqual([`${job.id}-1`, `${job.id}-4`]);
    const chunk = await api.database.db
      .selectFrom("import_chunks")
      .select(["delivery", "last_error"])
      .where("job_id", "=", job.id)
      .where("seq", "=", 1)
      .execute();
    expect(chunk).toEqual([{ delivery: 0, last_error: null }]);
  });
});
