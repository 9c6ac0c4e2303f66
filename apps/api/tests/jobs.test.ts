import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "kysely";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

function submit(body: unknown): Promise<Response> {
  return fetch(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function read(id: string): Promise<[number, JobView]> {
  const response = await fetch(`${api.url}/v1/jobs/${id}`);
  return [response.status, (await response.json()) as JobView];
}

type Entry = { id: string; jobs: string[]; delay: number; priority: number };

type List = "wait" | "delayed" | "prioritized";

/** The entries that the queue holds in one of its lists. */
async function entriesIn(list: List): Promise<Entry[]> {
  const { commands, namespace } = api.redis;
  const key = `{${namespace}:sleep}:sleep`;
  const ids =
    list === "wait" ? await commands.lrange(`${key}:wait`, 0, -1) : await commands.zrange(`${key}:${list}`, "0", "-1");
  return Promise.all(
    ids.map(async (id) => {
      const [data, delay, priority] = await commands.hmget(`${key}:${id}`, "data", "delay", "priority");
      const { jobs } = JSON.parse(data!) as { jobs: string[] };
      return { id, jobs, delay: Number(delay), priority: Number(priority) };
    }),
  );
}

/** The entry that carries a job: it is added right after the 202. */
const entryOf = ({ id }: JobView, list: List = "wait"): Promise<Entry> =>
  waitFor(`an entry of job ${id}`, async () => (await entriesIn(list)).find(({ jobs }) => jobs.includes(id)));

async function accept(options: object, payload: object = { durationMs: 5 }): Promise<JobView> {
  const response = await submit({ kind: "sleep", payload, options });
  expect(response.status).toBe(202);
  return (await response.json()) as JobView;
}

const readRow = (id: string) =>
  api.database.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

describe("a submitted job", () => {
  it("is committed before its 202, and enqueued right after it", async () => {
    const response = await submit({
      kind: "sleep",
      payload: { durationMs: 5 },
      options: { tags: { team: "a" }, attempts: 7 },
    });
    expect(response.status).toBe(202);
    const job = (await response.json()) as JobView;
    expect(response.headers.get("location")).toBe(job.links.self);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(job).toMatchObject({ kind: "sleep", state: "queued", attempt: 0, maxAttempts: 7, tags: { team: "a" } });
    expect(await read(job.id)).toEqual([200, job]);

    const { entry } = await readRow(job.id);
    expect(await entryOf(job)).toMatchObject({ id: entry, jobs: [job.id] });
  });

  it("is stored as it is shown", async () => {
    const expiresAt = inMs(7_200_000);
    const job = await accept({
      runAt: inMs(3_600_000),
      expiresAt,
      priority: 9,
      timeoutMs: 1_234,
      dedupKey: "as shown",
      webhook: { url: "https://example.com/hook?x=1" },
    });
    const row = await readRow(job.id);
    expect(row).toMatchObject({
      state: "scheduled",
      options: { timeoutMs: 1_234 },
      priority: 9,
      expires_at: new Date(expiresAt),
      dedup_key: "as shown",
      webhook: "https://example.com/hook?x=1",
      outcome: null,
      revision: 1,
    });
    expect(row.created_at).toEqual(new Date(job.createdAt));
    expect(row.updated_at).toEqual(row.created_at);
    expect(job).toMatchObject({ runAt: row.run_at!.toISOString(), expiresAt, priority: 9 });
  });

  it("that is delayed is scheduled", async () => {
    const job = await accept({ delayMs: 60_000 });
    expect(job.state).toBe("scheduled");
    expect(Date.parse(job.runAt!) - Date.parse(job.createdAt)).toBe(60_000);
    expect((await entryOf(job, "delayed")).delay).toBeGreaterThan(59_000);
  });

  it("starts at a time, wherever its offset puts it", async () => {
    const runAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000);
    const elsewhere = new Date(runAt.getTime() + 5.5 * 3_600_000).toISOString().replace(".000Z", "+05:30");
    const job = await accept({ runAt: elsewhere });
    expect(job).toMatchObject({ state: "scheduled", runAt: runAt.toISOString() });
    expect((await entryOf(job, "delayed")).delay).toBeGreaterThan(3_500_000);
  });

  it("whose time has passed is queued at once", async () => {
    const job = await accept({ runAt: "2020-01-01T00:00:00Z" });
    expect(job).toMatchObject({ state: "queued", runAt: null });
  });

  it("with a priority goes behind those without, and the higher number the later", async () => {
    const third = await accept({ priority: 1_000_000 });
    const second = await accept({ priority: 2 });
    const first = await accept({ priority: 0 });
    for (const job of [third, second]) await entryOf(job, "prioritized");
    expect((await entriesIn("prioritized")).map(({ jobs }) => jobs)).toEqual([[second.id], [third.id]]);
    expect((await entryOf(first)).jobs).toEqual([first.id]);
  });

  it("shares a queue entry with those that arrive together and are of the same time and priority", async () => {
    await api.redis.wipe();
    const plain = { kind: "sleep", payload: { durationMs: 1 } };
    const late = { ...plain, options: { priority: 5 } };
    const sent: Promise<Response>[] = [];
    await api.database.db.transaction().execute(async (trx) => {
      await sql`lock table jobs in share mode`.execute(trx);
      for (let n = 0; n < 60; n += 1) sent.push(submit(n % 2 === 0 ? plain : late));
      await waitFor("an insert to wait for the lock", async () => {
        const { rows } = await sql`select from pg_locks where not granted and database =
          (select oid from pg_database where datname = current_database())`.execute(trx);
        return rows.length > 0;
      });
      // By the time that these are answered, one after the other, the rest has arrived.
      for (let n = 0; n < 20; n += 1) await fetch(`${api.url}/livez`);
    });
    const jobs = (await Promise.all(sent.map(async (answer) => (await answer).json()))) as JobView[];

    for (const job of jobs) await entryOf(job, job.priority > 0 ? "prioritized" : "wait");
    const entries = [...(await entriesIn("wait")), ...(await entriesIn("prioritized"))];
    expect(entries.flatMap(({ jobs: ids }) => ids).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    expect(entries.length).toBeLessThan(20);
    const priorityOf = new Map(jobs.map(({ id, priority }) => [id, priority]));
    for (const { id, jobs: ids, priority } of entries) {
      expect(new Set(ids.map((job) => priorityOf.get(job)))).toEqual(new Set([priority]));
      for (const job of ids) expect((await readRow(job)).entry).toBe(id);
    }
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
});
