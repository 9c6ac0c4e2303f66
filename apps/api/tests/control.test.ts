import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobState } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { postAccepted } from "./post-accepted.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const post = (path: string, type: string, body: string) => postAccepted(api.url + path, type, body);

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

describe("cancelling", () => {
  it("a queued job ends it at once", async () => {
    const job = await submitSleep();
    expect(await control(job, "cancel")).toMatchObject({
      status: 202,
      body: { state: "cancelled", error: { code: "cancelled" } },
    });
    expect(await (await fetch(api.url + job.links.self)).json()).toMatchObject({ state: "cancelled" });
  });

  it("what is planned leaves nothing of it in the queue, once all that share its entry are cancelled", async () => {
    const planned = { kind: "sleep", payload: { durationMs: 1 }, options: { delayMs: 86_400_000 } };
    const response = await fetch(`${api.url}/v1/jobs/batch`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([planned, planned]),
    });
    const { items } = (await response.json()) as { items: { job: JobView }[] };
    const [first, second] = items.map(({ job }) => job);
    const delayed = () => api.redis.commands.zcard(`{${api.redis.namespace}:sleep}:sleep:delayed`);

    await control(first!, "cancel");
    expect(await delayed()).toBe(1);
    await control(second!, "cancel");
    expect(await delayed()).toBe(0);
  });

  it("an import ends it and says what was applied", async () => {
    const { status, body } = await control(await submitImport(), "cancel");
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: "cancelled", counts: { received: 60, inserted: 0, pending: 60 } });
    expect(body.error?.message).toContain("Of 60 rows 0 were inserted");
  });

  it("a running job makes it cancelling, and once more changes nothing", async () => {
    const job = await submitSleep();
    await setState(job, "running");
    for (let round = 0; round < 2; round += 1) {
      const { status, body } = await control(job, "cancel");
      expect(status).toBe(202);
      expect(body).toMatchObject({ state: "cancelling", attempt: 4, error: null, finishedAt: null });
    }
    const { revision } = await api.database.db
      .selectFrom("jobs")
      .select("revision")
      .where("id", "=", job.id)
      .executeTakeFirstOrThrow();
    expect(revision).toBe(2);
  });

  it.each<JobState>(["succeeded", "failed", "cancelled", "expired"])("a job that is %s is 409", async (state) => {
    const job = await submitSleep();
    await setState(job, state);
    expect(await control(job, "cancel")).toMatchObject({ status: 409, body: { code: "illegal_state" } });
  });

  it("an unknown job is 404", async () => {
    const job = { id: "0199a000-0000-7000-8000-000000000000" } as JobView;
    expect(await control(job, "cancel")).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
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
