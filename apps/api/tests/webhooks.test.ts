import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import type { Delivery, DeliveriesPage } from "../src/services/read-deliveries.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ allowPrivate: ["10.1.0.0/16"] });
});
afterAll(() => api.close());

const sleep = { kind: "sleep", payload: { durationMs: 1 } };

function post(path: string, body: unknown, url = api.url): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

const submit = (webhook: string, url?: string) =>
  post("/v1/jobs", { ...sleep, options: { webhook: { url: webhook } } }, url);

function storedWebhook(job: JobView) {
  return api.database.db.selectFrom("jobs").select("webhook").where("id", "=", job.id).executeTakeFirst();
}

describe("a webhook", () => {
  it.each(["https://example.com/hook", "http://example.com:8080/", "http://8.8.8.8/", "http://10.1.2.3/"])(
    "like %s is kept with its job",
    async (url) => {
      const response = await submit(url);
      expect(response.status).toBe(202);
      expect(await storedWebhook((await response.json()) as JobView)).toEqual({ webhook: url });
    },
  );

  it.each([
    ["ftp://example.com/", "must be an http or https URL"],
    ["https://me:secret@example.com/", "must not hold a user name or a password"],
    ["http://example.com:25/", "must have port 80, 443 or one above 1023"],
    ["http://127.0.0.1/", "must not lead to an address that is not public"],
    ["http://2130706433/", "must not lead to an address that is not public"],
    ["http://[::ffff:7f00:1]/", "must not lead to an address that is not public"],
    ["http://169.254.169.254/", "must not lead to an address that is not public"],
    ["http://10.2.0.1/", "must not lead to an address that is not public"],
  ])("like %s is 422: it %s", async (url, message) => {
    const response = await submit(url);
    expect(response.status).toBe(422);
    const errors = [{ pointer: "/options/webhook/url", code: "invalid_value", message }];
    expect(await response.json()).toMatchObject({ code: "validation_failed", errors });
  });

  it("of one in many is refused alone", async () => {
    const inside = { ...sleep, options: { webhook: { url: "http://10.0.0.1/" } } };
    const response = await post("/v1/jobs/batch", [sleep, inside]);
    expect(await response.json()).toMatchObject({
      accepted: 1,
      items: [{ index: 0 }, { index: 1, error: { errors: [{ pointer: "/1/options/webhook/url" }] } }],
    });
  });

  it("of a schedule is looked at when the schedule is made", async () => {
    const schedule = {
      name: "hooked",
      ...sleep,
      intervalMs: 60_000,
      options: { webhook: { url: "http://10.0.0.1/" } },
    };
    const response = await post("/v1/schedules", schedule);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: "/options/webhook/url" }] });
  });

  it("of an import is named in its query", async () => {
    const rows = [{ name: "Ada", email: "ada@example.com" }];
    const accepted = await post(`/v1/imports/users?webhook=${encodeURIComponent("https://example.com/hook")}`, rows);
    expect(accepted.status).toBe(202);
    expect(await storedWebhook((await accepted.json()) as JobView)).toEqual({ webhook: "https://example.com/hook" });

    const refused = await post(`/v1/imports/users?webhook=${encodeURIComponent("http://127.0.0.1/")}`, rows);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ errors: [{ pointer: "/query/webhook" }] });
  });

  it("is refused where there is nothing to sign with", async () => {
    const silent = await startApi({ canSign: false });
    try {
      const response = await submit("https://example.com/hook", silent.url);
      expect(response.status).toBe(422);
      expect(JSON.stringify(await response.json())).toContain("WEBHOOK_SECRET");
      expect((await post("/v1/jobs", sleep, silent.url)).status).toBe(202);
    } finally {
      await silent.close();
    }
  });
});

describe("the end of a job that runs again", () => {
  it("is another one, to be told by another message", async () => {
    const job = (await (await submit("https://example.com/hook")).json()) as JobView;
    const told = { state: "failed" as const, finished_at: new Date(), webhook_job_id: randomUUID() };
    await api.database.db.updateTable("jobs").set(told).where("id", "=", job.id).execute();
    expect((await fetch(`${api.url}/v1/jobs/${job.id}/retry`, { method: "POST" })).status).toBe(202);
    const row = await api.database.db
      .selectFrom("jobs")
      .select(["webhook", "webhook_job_id"])
      .where("id", "=", job.id)
      .executeTakeFirst();
    expect(row).toEqual({ webhook: "https://example.com/hook", webhook_job_id: null });
  });
});

describe("the calls of a webhook", () => {
  async function read(jobId: string, query = ""): Promise<{ status: number; body: DeliveriesPage }> {
    const response = await fetch(`${api.url}/v1/jobs/${jobId}/deliveries${query}`);
    return { status: response.status, body: (await response.json()) as DeliveriesPage };
  }

  it("are listed in their order, page by page", async () => {
    const job = (await (await post("/v1/jobs", sleep)).json()) as JobView;
    expect(await read(job.id)).toEqual({ status: 200, body: { items: [], nextCursor: null } });

    const at = new Date("2026-01-01T00:00:00.000Z");
    const url = "https://example.com/";
    const calls = [1, 2, 3, 4, 5].map((n) => ({
      status: n === 5 ? 200 : null,
      error: n === 5 ? null : "no luck",
      duration_ms: n,
    }));
    await api.database.db
      .insertInto("webhook_deliveries")
      .values(calls.map((call) => ({ job_id: job.id, at, url, ...call })))
      .execute();

    const pages: Delivery[][] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: DeliveriesPage } = await read(job.id, `?limit=2${cursor ? `&cursor=${cursor}` : ""}`);
      pages.push(body.items);
      cursor = body.nextCursor;
    } while (cursor);
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(
      calls.map(({ status, error, duration_ms: durationMs }) => ({
        at: at.toISOString(),
        url,
        status,
        error,
        durationMs,
      })),
    );
  });

  it("of a job that is not there are 404", async () => {
    expect(await read("0199a000-0000-7000-8000-000000000000")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });

  it("have no page behind what is no cursor", async () => {
    const job = (await (await post("/v1/jobs", sleep)).json()) as JobView;
    expect((await read(job.id, "?cursor=x")).status).toBe(422);
    expect((await read(job.id, "?limit=201")).status).toBe(422);
  });
});
