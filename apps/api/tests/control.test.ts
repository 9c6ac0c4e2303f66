import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobState } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function post(path: string, type: string, body: string): Promise<JobView> {
  const response = await fetch(api.url + path, { method: "POST", headers: { "content-type": type }, body });
  expect(response.status).toBe(202);
  return (await response.json()) as JobView;
}

const rows = Array.from({ length: 60 }, (_, n) =>
  JSON.stringify({ name: `User ${n}`, email: `user${n}@example.com` }),
).join("\n");
const submitImport = (query = "") => post(`/v1/imports/users${query}`, "application/x-ndjson", rows);
const submitSleep = () => post("/v1/jobs", "application/json", '{"kind":"sleep","payload":{"durationMs":1}}');

async function control(job: JobView, what: "cancel" | "retry") {
  const response = await fetch(`${api.url}/v1/jobs/${job.id}/${what}`, { method: "POST" });
  return { status: response.status, body: (await response.json()) as JobView & { code?: string } };
}

function setState(job: JobView, state: JobState) {
  return api.database.db.updateTable("jobs").set({ state, attempt: 3, delivery: 4 }).where("id", "=", job.id).execute();
}

async function waiting(queue: string, job: JobView): Promise<string[]> {
  const ids = await api.redis.commands.lrange(`{${api.redis.namespace}:${queue}}:${queue}:wait`, 0, -1);
  return ids.filter((id) => id.startsWith(job.id)).toSorted();
}

describe("cancelling", () => {
  it("a queued job ends it at once", async () => {
    const job = await submitSleep();
    expect(await control(job, "cancel")).toMatchObject({
      status: 202,
      body: { state: "cancelled", error: { code: "cancelled" } },
    });
    expect(await (await fetch(api.url + job.links.self)).json()).toMatchObject({ state: "cancelled" });
  });

  it("an import ends it and says what was applied", async () => {
    const { status, body } = await control(await submitImport(), "cancel");
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: "cancelled", counts: { received: 60, inserted: 0, pending: 60 } });
    expect(body.error?.message).toContain("Of 60 rows 0 were inserted");
  });

  it.each<JobState>(["succeeded", "failed", "cancelled", "running"])("a job that is %s is 409", async (state) => {
    const job = await submitSleep();
    await setState(job, state);
    expect(await control(job, "cancel")).toMatchObject({ status: 409, body: { code: "illegal_state" } });
  });

  it("an unknown job is 404", async () => {
    const job = { id: "0199a000-0000-7000-8000-000000000000" } as JobView;
    expect(await control(job, "cancel")).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
});

describe("a retry", () => {
  it.each<JobState>(["failed", "cancelled"])(
    "of a job that %s queues it again with a new series of attempts",
    async (state) => {
      const job = await submitSleep();
      await setState(job, state);
      const { status, body } = await control(job, "retry");
      expect(status).toBe(202);
      expect(body).toMatchObject({ id: job.id, state: "queued", attempt: 0, error: null, finishedAt: null });
      expect(await waiting("sleep", job)).toHaveLength(2);
    },
  );

  it("of an import runs only the chunks that were not applied", async () => {
    const job = await submitImport();
    const chunks = api.database.db.updateTable("import_chunks").where("job_id", "=", job.id);
    await chunks.set({ state: "done", payload: null }).where("seq", "in", [0, 2]).execute();
    await chunks.set({ delivery: 10, last_error: "x" }).where("seq", "=", 1).execute();
    await api.redis.wipe();
    await setState(job, "failed");

    expect(await control(job, "retry")).toMatchObject({ status: 202, body: { state: "queued" } });
    // With a window of 2: chunk 1 is released from the start, chunk 2's end released chunk 4.
    expect(await waiting("imports", job)).toEqual([`${job.id}-1`, `${job.id}-4`]);
    const chunk = await api.database.db
      .selectFrom("import_chunks")
      .select(["delivery", "last_error"])
      .where("job_id", "=", job.id)
      .where("seq", "=", 1)
      .execute();
    expect(chunk).toEqual([{ delivery: 0, last_error: null }]);
  });

  it.each<JobState>(["queued", "running", "succeeded", "partially_succeeded"])(
    "of a job that is %s is 409",
    async (state) => {
      const job = await submitSleep();
      await setState(job, state);
      expect(await control(job, "retry")).toMatchObject({ status: 409, body: { code: "illegal_state" } });
    },
  );
});

describe("an import's limits on rejects", () => {
  it.each([
    ["5", 5],
    ["10%", 6],
    ["0.5%", 0],
    ["100%", 60],
  ])("%s of 60 rows allow %d", async (limit, allowed) => {
    const job = await submitImport(`?maxRejects=${encodeURIComponent(limit)}`);
    const stored = await api.database.db
      .selectFrom("imports")
      .select("max_rejects")
      .where("job_id", "=", job.id)
      .executeTakeFirstOrThrow();
    expect(stored.max_rejects).toBe(allowed);
  });

  it.each(["-1", "101%", "5 %", "x", "1e3"])("%s are 422", async (limit) => {
    const response = await fetch(`${api.url}/v1/imports/users?maxRejects=${encodeURIComponent(limit)}`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: rows,
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/query/maxRejects" }],
    });
  });
});
