import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { queueNames } from "@longshore/shared/queue/names";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { QueueView } from "../src/services/queue-view.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterEach(async () => {
  await api.database.db.deleteFrom("queue_settings").execute();
  await api.database.db.deleteFrom("jobs").execute();
  await api.redis.wipe();
});
afterAll(() => api.close());

async function call(method: string, path: string, body?: unknown, url = api.url) {
  const init =
    body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${url}/v1${path}`, { method, ...init });
  return { status: response.status, body: (await response.json()) as QueueView & { errors?: { pointer: string }[] } };
}

async function submit(options: object = {}): Promise<{ id: string }> {
  const response = await fetch(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "sleep", payload: { durationMs: 1 }, options }),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as { id: string };
}

const metaOf = (queue: string) => api.redis.commands.hgetall(`{${api.redis.namespace}:${queue}}:${queue}:meta`);

describe("the queues", () => {
  it("are those of imports and of every kind", async () => {
    const { items } = (await (await fetch(`${api.url}/v1/queues`)).json()) as { items: QueueView[] };
    expect(items.map(({ name }) => name)).toEqual(queueNames);
    expect(items.map(({ name }) => name)).toContain("imports");
    expect(items.find(({ name }) => name === "webhook.deliver")?.internal).toBe(true);
    for (const queue of items) {
      expect(queue).toMatchObject({ paused: false, concurrency: null, rateLimit: null, applied: true });
      expect((await call("GET", queue.links.self.slice(3))).body.name).toBe(queue.name);
    }
  });

  it.each(["GET", "PATCH"])("are 404 for %s if there is none of that name", async (method) => {
    const body = method === "PATCH" ? {} : undefined;
    expect((await call(method, "/queues/nope", body)).status).toBe(404);
    expect((await call("POST", "/queues/nope/pause")).status).toBe(404);
  });

  it("count their jobs by state, and say how long the first has waited", async () => {
    const jobs = [await submit(), await submit(), await submit(), await submit({ delayMs: 60_000 })];
    const set = (n: number, columns: object) =>
      api.database.db.updateTable("jobs").set(columns).where("id", "=", jobs[n]!.id).execute();
    await set(0, { state: "running", run_at: new Date(Date.now() - 900_000) });
    await set(1, { run_at: new Date(Date.now() - 90_000) });
    const queue = await waitFor("the counts", async () => {
      const { body } = await call("GET", "/queues/sleep");
      return body.counts.running === 1 && body;
    });
    expect(queue.counts).toEqual({ scheduled: 1, queued: 2, running: 1, cancelling: 0 });
    expect(queue.oldestWaitingSeconds).toBeGreaterThanOrEqual(90);
    expect(queue.oldestWaitingSeconds).toBeLessThan(120);
    const other = (await call("GET", "/queues/users.process")).body;
    expect(other).toMatchObject({ counts: { queued: 0 }, oldestWaitingSeconds: null });
  });

  it("count a job that is due and has not been started as one that waits", async () => {
    const { id } = await submit({ delayMs: 60_000 });
    const due = new Date(Date.now() - 5_000);
    await api.database.db.updateTable("jobs").set({ run_at: due }).where("id", "=", id).execute();
    await waitFor("its age", async () => ((await call("GET", "/queues/sleep")).body.oldestWaitingSeconds ?? 0) >= 5);
  });

  it("count the chunks of imports", async () => {
    const rows = Array.from({ length: 60 }, (_, n) => `{"name":"User ${n}","email":"user${n}@example.com"}`).join("\n");
    const response = await fetch(`${api.url}/v1/imports/users`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: rows,
    });
    expect(response.status).toBe(202);
    const queue = await waitFor("the counts", async () => {
      const { body } = await call("GET", "/queues/imports");
      return body.counts.queued === 1 && body;
    });
    expect(queue.counts.chunksWaiting).toBeGreaterThan(1);
  });

  it("tell how many jobs come in", async () => {
    await Promise.all(Array.from({ length: 50 }, () => submit()));
    const queue = await waitFor("the rate", async () => {
      const { body } = await call("GET", "/queues/sleep");
      return (body.rates?.inPerSecond ?? 0) > 0.6 && body;
    });
    expect(queue.rates!.inPerSecond).toBeLessThanOrEqual(1.1);
    expect(queue.rates!.outPerSecond).toBe(0);
  });
});

describe("the settings of a queue", () => {
  it("are stored, and applied at once", async () => {
    expect(await call("POST", "/queues/sleep/pause")).toMatchObject({
      status: 200,
      body: { paused: true, applied: true },
    });
    expect(await metaOf("sleep")).toMatchObject({ paused: "1" });

    const limits = { concurrency: 3, rateLimit: { max: 10, durationMs: 1_000 } };
    expect((await call("PATCH", "/queues/sleep", limits)).body).toMatchObject({
      ...limits,
      paused: true,
      applied: true,
    });
    expect(await metaOf("sleep")).toMatchObject({ paused: "1", concurrency: "3", max: "10", duration: "1000" });

    expect((await call("POST", "/queues/sleep/resume")).body).toMatchObject({
      ...limits,
      paused: false,
      applied: true,
    });
    const { body } = await call("PATCH", "/queues/sleep", { rateLimit: null });
    expect(body).toMatchObject({ concurrency: 3, rateLimit: null });
    expect((await call("PATCH", "/queues/sleep", { concurrency: null })).body).toMatchObject({ concurrency: null });
    expect(await metaOf("sleep")).toEqual({});
  });

  it.each([
    ["a concurrency of 0", { concurrency: 0 }, "/concurrency"],
    ["half a rate limit", { rateLimit: { max: 5 } }, "/rateLimit/durationMs"],
    ["an unknown field", { paused: true }, "/paused"],
  ])("with %s are 422", async (_what, body, pointer) => {
    expect(await call("PATCH", "/queues/sleep", body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it("are not applied any more when Redis has lost them", async () => {
    await call("POST", "/queues/sleep/pause");
    await api.redis.wipe();
    expect((await call("GET", "/queues/sleep")).body).toMatchObject({ paused: true, applied: false });
  });

  it("are stored while Redis is away", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    const lonely = await startApi({ redis: away });
    try {
      const { status, body } = await call("PATCH", "/queues/sleep", { concurrency: 2 }, lonely.url);
      expect(status).toBe(200);
      expect(body).toMatchObject({ concurrency: 2, applied: false, rates: null });
      expect((await call("POST", "/queues/sleep/pause", undefined, lonely.url)).body).toMatchObject({
        concurrency: 2,
        paused: true,
        applied: false,
      });
      expect((await fetch(`${lonely.url}/v1/workers`)).status).toBe(503);
    } finally {
      away.disconnect();
      await lonely.close();
    }
  });

  it("are in Redis what they are in the tables, however many change them at once", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => call("PATCH", "/queues/sleep", { concurrency: n + 1, rateLimit: null })),
    );
    const stored = await api.database.db.selectFrom("queue_settings").selectAll().executeTakeFirstOrThrow();
    expect(await metaOf("sleep")).toEqual({ concurrency: `${stored.concurrency}` });
  });
});
