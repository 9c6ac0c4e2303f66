import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobState } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
/** Another API process over the same database. */
let other: TestApi;
beforeAll(async () => {
  api = await startApi();
  other = await startApi({ db: async () => api.database.db });
});
afterAll(async () => {
  await other.close();
  await api.close();
});

async function submit(dedupKey: string, { url = api.url, kind = "sleep", headers = {} } = {}) {
  const payload = kind === "sleep" ? { durationMs: 1 } : { userId: 1 };
  const response = await fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ kind, payload, options: { dedupKey } }),
  });
  expect(response.status).toBe(202);
  return {
    job: (await response.json()) as JobView,
    deduplicated: response.headers.get("longshore-deduplicated"),
    location: response.headers.get("location"),
  };
}

async function submitBatch(dedupKeys: readonly string[]) {
  const response = await fetch(`${api.url}/v1/jobs/batch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(
      dedupKeys.map((dedupKey) => ({ kind: "sleep", payload: { durationMs: 1 }, options: { dedupKey } })),
    ),
  });
  expect(response.status).toBe(202);
  return (await response.json()) as { items: { job: JobView; deduplicated?: true }[]; accepted: number };
}

const setState = (id: string, state: JobState) =>
  api.database.db.updateTable("jobs").set({ state }).where("id", "=", id).execute();

const stored = (dedupKey: string) =>
  api.database.db.selectFrom("jobs").select(["id", "entry"]).where("dedup_key", "=", dedupKey).execute();

async function enqueued(): Promise<string[]> {
  const key = `{${api.redis.namespace}:sleep}:sleep`;
  const entries = await api.redis.commands.lrange(`${key}:wait`, 0, -1);
  const data = await Promise.all(entries.map((entry) => api.redis.commands.hget(`${key}:${entry}`, "data")));
  return data.flatMap((text) => (JSON.parse(text!) as { jobs: string[] }).jobs);
}

describe("a dedupKey", () => {
  it("leads to the job that is pending under it", async () => {
    const first = await submit("twice");
    expect(first.deduplicated).toBeNull();
    const second = await submit("twice");
    expect(second).toEqual({ job: first.job, deduplicated: "true", location: first.location });
    expect(await stored("twice")).toHaveLength(1);
    expect((await enqueued()).filter((id) => id === first.job.id)).toHaveLength(1);
  });

  it.each<JobState>(["scheduled", "queued", "running", "cancelling"])("is taken while its job is %s", async (state) => {
    const { job } = await submit(`taken ${state}`);
    await setState(job.id, state);
    expect(await submit(`taken ${state}`)).toMatchObject({ job: { id: job.id, state }, deduplicated: "true" });
  });

  it.each<JobState>(["succeeded", "failed", "cancelled", "expired"])("is free when its job is %s", async (state) => {
    const { job } = await submit(`free ${state}`);
    await setState(job.id, state);
    const next = await submit(`free ${state}`);
    expect(next.deduplicated).toBeNull();
    expect(next.job.id).not.toBe(job.id);
  });

  it("of one kind does not touch another kind's", async () => {
    const [a, b] = await Promise.all([submit("kinds"), submit("kinds", { kind: "users.process" })]);
    expect(a.job.id).not.toBe(b.job.id);
  });

  it("sent many times at once, to two processes, makes one job", async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => submit("race", { url: n % 2 === 0 ? api.url : other.url })),
    );
    expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1);
    expect(answers.filter(({ deduplicated }) => deduplicated === null)).toHaveLength(1);
    expect(await stored("race")).toHaveLength(1);
  });

  it("that many others use, each in its own order, makes no process wait for ever", async () => {
    const keys = Array.from({ length: 40 }, (_, n) => `order ${n}`);
    const send = (url: string, order: string[]) => Promise.all(order.map((key) => submit(key, { url })));
    const rounds = [keys, keys.toReversed(), keys.toSorted(), keys.toSorted().toReversed()];
    const answers = await Promise.all(rounds.map((order, n) => send(n % 2 === 0 ? api.url : other.url, order)));
    expect(answers.flat().filter(({ deduplicated }) => deduplicated === null)).toHaveLength(keys.length);
  });

  it("makes one job of several in a batch, and of one that was there before", async () => {
    const before = await submit("in batch");
    const { items, accepted } = await submitBatch(["in batch", "new in batch", "new in batch", "alone in batch"]);
    expect(accepted).toBe(4);
    expect(items.map(({ deduplicated }) => deduplicated ?? false)).toEqual([true, false, true, false]);
    expect(items[0]!.job.id).toBe(before.job.id);
    expect(items[1]!.job.id).toBe(items[2]!.job.id);
    const rows = [...(await stored("new in batch")), ...(await stored("alone in batch"))];
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map(({ entry }) => entry)).size).toBe(1);
    expect((await enqueued()).filter((id) => rows.some((row) => row.id === id))).toHaveLength(2);
  });

  it("is answered alike when its request is sent again", async () => {
    const { job } = await submit("again");
    const headers = { "idempotency-key": "dedup-again" };
    const first = await submit("again", { headers });
    await setState(job.id, "succeeded");
    expect(await submit("again", { headers })).toEqual(first);
    expect(first).toMatchObject({ job: { id: job.id }, deduplicated: "true" });
  });
});
