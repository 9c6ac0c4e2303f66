import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

function submit(body: unknown, url = api.url): Promise<Response> {
  return fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function read(id: string): Promise<[number, JobView]> {
  const response = await fetch(`${api.url}/v1/jobs/${id}`);
  return [response.status, (await response.json()) as JobView];
}

describe("a submitted job", () => {
  it("is committed and enqueued before its 202", async () => {
    const response = await submit({
      kind: "sleep",
      payload: { durationMs: 5 },
      options: { tags: { team: "a" }, attempts: 7 },
    });
    expect(response.status).toBe(202);
    const job = (await response.json()) as JobView;
    expect(response.headers.get("location")).toBe(job.links.self);
    expect(job).toMatchObject({ kind: "sleep", state: "queued", attempt: 0, maxAttempts: 7, tags: { team: "a" } });
    expect(await read(job.id)).toEqual([200, job]);

    const prefix = `{${api.redis.namespace}:sleep}:sleep`;
    expect(await api.redis.commands.lrange(`${prefix}:wait`, 0, -1)).toContain(`${job.id}-0`);
  });

  it("that is delayed is scheduled", async () => {
    const job = (await (
      await submit({ kind: "sleep", payload: { durationMs: 5 }, options: { delayMs: 60_000 } })
    ).json()) as JobView;
    expect(job.state).toBe("scheduled");
    const prefix = `{${api.redis.namespace}:sleep}:sleep`;
    expect(await api.redis.commands.zrange(`${prefix}:delayed`, "0", "-1")).toContain(`${job.id}-0`);
  });

  it("keeps its place among many that arrive at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => submit({ kind: "sleep", payload: { durationMs: n } })),
    );
    const jobs = (await Promise.all(answers.map((answer) => answer.json()))) as JobView[];
    const stored = await api.database.db.selectFrom("jobs").select(["id", "payload"]).execute();
    const payloads = new Map(stored.map(({ id, payload }) => [id, payload]));
    expect(jobs.map(({ id }) => payloads.get(id))).toEqual(jobs.map((_, n) => ({ durationMs: n })));
  });

  it.each([
    ["an unknown kind", { kind: "nope", payload: {} }, "unknown_kind", "/kind"],
    [
      "a payload that does not fit",
      { kind: "sleep", payload: { durationMs: -1 } },
      "validation_failed",
      "/payload/durationMs",
    ],
    ["no payload", { kind: "sleep" }, "validation_failed", "/payload"],
    [
      "an unknown option",
      { kind: "sleep", payload: { durationMs: 1 }, options: { color: "red" } },
      "validation_failed",
      "/options/color",
    ],
  ])("with %s is 422 and says where", async (_what, body, code, pointer) => {
    const response = await submit(body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code, errors: [{ pointer }] });
  });

  it("is accepted while Redis is away: the tables have it", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    const lonely = await startApi({ redis: away });
    try {
      const response = await submit({ kind: "sleep", payload: { durationMs: 1 } }, lonely.url);
      expect(response.status).toBe(202);
      const job = (await response.json()) as JobView;
      const answer = await fetch(`${lonely.url}/v1/jobs/${job.id}`);
      expect(await answer.json()).toMatchObject({ id: job.id, state: "queued" });
    } finally {
      away.disconnect();
      await lonely.close();
    }
  });
});

describe("a job that is not there", () => {
  it("is 404", async () => {
    expect((await read("0199a000-0000-7000-8000-000000000000"))[0]).toBe(404);
  });
});

describe("the service itself", () => {
  it.each(["kinds", "datasets"])("lists %s with schema and example", async (what) => {
    const { items } = (await (await fetch(`${api.url}/v1/${what}`)).json()) as { items: Record<string, unknown>[] };
    expect(items.length).toBeGreaterThan(1);
    for (const item of items)
      expect(item).toMatchObject({ summary: expect.any(String) as string, example: expect.any(Object) as object });
  });
});
