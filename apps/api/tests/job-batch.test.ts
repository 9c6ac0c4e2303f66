import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  await api.database.db.deleteFrom("jobs").execute();
  await api.redis.wipe();
});
afterAll(() => api.close());

type Refusal = { code: string; message: string; errors: { pointer: string; code: string }[] };
type Item = { index: number; job?: JobView; deduplicated?: true; error?: Refusal };
type Result = { items: Item[]; accepted: number; rejected: number };

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/v1/jobs/batch`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

async function accept(submissions: readonly unknown[], headers?: Record<string, string>): Promise<Result> {
  const response = await post(JSON.stringify(submissions), headers);
  expect(response.status).toBe(202);
  return (await response.json()) as Result;
}

async function refuse(body: unknown): Promise<{ status: number } & Refusal> {
  const response = await post(typeof body === "string" ? body : JSON.stringify(body));
  return { ...((await response.json()) as Refusal), status: response.status };
}

const sleep = (options?: object) => ({ kind: "sleep", payload: { durationMs: 1 }, options });
const bad = { kind: "sleep", payload: { durationMs: -1 } };
const stored = () => api.database.db.selectFrom("jobs").select(["id", "entry"]).orderBy("id").execute();

describe("a batch", () => {
  it("is accepted, in its order, by as few queue entries as there can be", async () => {
    const submissions = Array.from({ length: 250 }, (_, n) => ({ ...sleep(), payload: { durationMs: n } }));
    const { items, accepted, rejected } = await accept(submissions);
    expect({ accepted, rejected }).toEqual({ accepted: 250, rejected: 0 });
    expect(items.map(({ index }) => index)).toEqual(submissions.map((_, index) => index));

    const rows = await stored();
    expect(items.map(({ job }) => job!.id)).toEqual(rows.map(({ id }) => id));
    const key = `{${api.redis.namespace}:sleep}:sleep`;
    const entries = (await api.redis.commands.lrange(`${key}:wait`, 0, -1)).toReversed();
    expect(entries).toEqual([...new Set(rows.map(({ entry }) => entry))]);
    expect(entries).toHaveLength(3);
    const [data] = await api.redis.commands.hmget(`${key}:${entries[2]}`, "data");
    expect(JSON.parse(data!)).toEqual({ jobs: rows.slice(200).map(({ id }) => id) });
  });

  it("has jobs of different kinds, times and priorities in entries of their own", async () => {
    await accept([
      sleep(),
      { kind: "users.process", payload: { userId: 1 } },
      sleep({ priority: 3 }),
      sleep({ delayMs: 60_000 }),
      sleep(),
    ]);
    const [first, process, late, delayed, second] = await stored();
    expect(first!.entry).toBe(second!.entry);
    expect(new Set([first, process, late, delayed].map((job) => job!.entry)).size).toBe(4);
    const lists = ["sleep:wait", "users.process:wait", "sleep:prioritized", "sleep:delayed"].map((list) => {
      const [kind] = list.split(":");
      return `{${api.redis.namespace}:${kind}}:${list}`;
    });
    const { commands } = api.redis;
    expect(await Promise.all(lists.slice(0, 2).map((list) => commands.llen(list)))).toEqual([1, 1]);
    expect(await Promise.all(lists.slice(2).map((list) => commands.zcard(list)))).toEqual([1, 1]);
  });

  it("is accepted without those that are wrong, and says what is wrong with each", async () => {
    const { items, accepted, rejected } = await accept([sleep(), bad, { kind: "nope", payload: {} }, 7, sleep()]);
    expect({ accepted, rejected }).toEqual({ accepted: 2, rejected: 3 });
    expect(items).toMatchObject([
      { index: 0, job: { state: "queued" } },
      { index: 1, error: { code: "validation_failed", errors: [{ pointer: "/1/payload/durationMs" }] } },
      { index: 2, error: { code: "unknown_kind", errors: [{ pointer: "/2/kind" }] } },
      { index: 3, error: { code: "validation_failed", errors: [{ pointer: "/3" }] } },
      { index: 4, job: { state: "queued" } },
    ]);
    expect(await stored()).toHaveLength(2);
  });

  it("with a value that cannot be kept is accepted without its item", async () => {
    const nul = String.raw`{"kind":"sleep","payload":{"durationMs":1,"a":"\u0000"}}`;
    const response = await post(`[${JSON.stringify(sleep())},${nul}]`);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      accepted: 1,
      items: [{ index: 0 }, { index: 1, error: { errors: [{ pointer: "/1/payload/a", code: "nul_character" }] } }],
    });
  });

  it("in which nothing is right is 422 with every pointer", async () => {
    expect(await refuse([bad, { kind: "nope", payload: {} }])).toMatchObject({
      status: 422,
      code: "validation_failed",
      errors: [{ pointer: "/0/payload/durationMs" }, { pointer: "/1/kind", code: "unknown_kind" }],
    });
    expect(await stored()).toEqual([]);
  });

  it.each<[string, unknown, number, string]>([
    ["that is empty", [], 422, "validation_failed"],
    ["that is no array", sleep(), 422, "validation_failed"],
    ["of 1,001", Array.from({ length: 1_001 }, () => sleep()), 422, "validation_failed"],
    ["that is not JSON", "[{]", 400, "malformed_body"],
    ["that is nested too deep", `[${"[".repeat(40)}${"]".repeat(40)}]`, 400, "malformed_body"],
    [
      "beyond the limit of bytes",
      `[${JSON.stringify(sleep())},"${"x".repeat(8 * 1024 * 1024)}"]`,
      413,
      "body_too_large",
    ],
  ])("%s is refused whole", async (_what, body, status, code) => {
    expect(await refuse(body)).toMatchObject({ status, code });
    expect(await stored()).toEqual([]);
  });

  it("of 1,000 payloads of some size is accepted", async () => {
    const url = `https://example.com/${"x".repeat(2_000)}`;
    const submissions = Array.from({ length: 1_000 }, () => ({
      kind: "urls.fetch",
      payload: { urls: [url, url, url] },
    }));
    expect(await accept(submissions)).toMatchObject({ accepted: 1_000, rejected: 0 });
  });

  it("is accepted while Redis is away", async () => {
    await api.redis.commands.quit();
    try {
      expect(await accept([sleep(), sleep()])).toMatchObject({ accepted: 2 });
    } finally {
      await api.redis.commands.connect();
    }
  });
});

describe("a batch with an idempotency key", () => {
  it("is done once, and sent again gets the first answer", async () => {
    const batch = [sleep(), bad, sleep({ dedupKey: "once" }), sleep({ dedupKey: "once" })];
    const first = await accept(batch, { "idempotency-key": "batch" });
    const again = await post(JSON.stringify(batch), { "idempotency-key": "batch" });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await again.json()).toEqual(first);
    expect(await stored()).toHaveLength(2);
  });

  it("that was used for another batch is 422", async () => {
    await accept([sleep()], { "idempotency-key": "other" });
    const other = await post(JSON.stringify([sleep(), sleep()]), { "idempotency-key": "other" });
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: "idempotency_mismatch" });
  });

  it("in which nothing is right leaves its key free", async () => {
    expect((await post(JSON.stringify([bad]), { "idempotency-key": "free" })).status).toBe(422);
    expect(await accept([sleep()], { "idempotency-key": "free" })).toMatchObject({ accepted: 1 });
  });
});
