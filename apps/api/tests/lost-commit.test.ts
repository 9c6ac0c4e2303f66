import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { commitMessage, startLossyApi, type LossyApi } from "./start-lossy-api.ts";

let api: LossyApi;
beforeAll(async () => {
  api = await startLossyApi();
});
beforeEach(async () => {
  await api.database.db.deleteFrom("jobs").execute();
});
afterAll(() => api?.close());

function post(path: string, type: string, body: string, key?: string): Promise<Response> {
  return fetch(api.url + path, {
    method: "POST",
    headers: { "content-type": type, ...(key && { "idempotency-key": key }) },
    body,
  });
}

const sendImport = (key?: string) =>
  post("/v1/imports/users", "application/x-ndjson", '{"email":"ada@example.com","name":"Ada"}', key);
const sleep = (durationMs: number, dedupKey?: string) => ({
  kind: "sleep",
  payload: { durationMs },
  options: { dedupKey },
});
const sendJob = (job: object, key?: string) => post("/v1/jobs", "application/json", JSON.stringify(job), key);
const sendBatch = (jobs: object[], key?: string) =>
  post("/v1/jobs/batch", "application/json", JSON.stringify(jobs), key);

const stored = () => api.database.db.selectFrom("jobs").select(["id", "state"]).orderBy("id").execute();

async function enqueued(): Promise<string[]> {
  const key = `{${api.redis.namespace}:sleep}:sleep`;
  const entries = await api.redis.commands.lrange(`${key}:wait`, 0, -1);
  const data = await Promise.all(entries.map((entry) => api.redis.commands.hget(`${key}:${entry}`, "data")));
  return data.flatMap((text) => (JSON.parse(text!) as { jobs: string[] }).jobs);
}

describe("an import's commit whose answer is lost", () => {
  it("but that happened is answered with its 202", async () => {
    api.lose({ part: "the answer", marker: commitMessage });
    const response = await sendImport();
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as JobView;
    expect(await stored()).toEqual([{ id, state: "queued" }]);
  });

  it("and that did not happen is a 503 which leaves nothing behind", async () => {
    api.lose({ part: "the message", marker: commitMessage });
    expect((await sendImport()).status).toBe(503);
    expect(await stored()).toEqual([]);
  });

  it("answers the same request later with the same job", async () => {
    api.lose({ part: "the answer", marker: commitMessage });
    const first = (await (await sendImport("lost")).json()) as JobView;
    const second = await sendImport("lost");
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(((await second.json()) as JobView).id).toBe(first.id);
    expect(await stored()).toHaveLength(1);
  });
});

describe.each(["the message", "the answer"] as const)("of a statement that inserts jobs %s is lost:", (part) => {
  it("a job is there once, and its request is answered with 202", async () => {
    api.lose({ part, marker: '"durationMs":4711' });
    const response = await sendJob(sleep(4711));
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as JobView;
    expect(await stored()).toEqual([{ id, state: "queued" }]);
    expect(await enqueued()).toContain(id);
  });

  it("of those that arrived together, each is there once", async () => {
    api.lose({ part, marker: '"durationMs":4712' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendJob(sleep(4712))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    const jobs = (await Promise.all(answers.map((answer) => answer.json()))) as JobView[];
    expect((await stored()).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id).toSorted());
  });

  it("a job with a dedupKey does not give way to itself", async () => {
    api.lose({ part, marker: '"durationMs":4713' });
    const response = await sendJob(sleep(4713, `itself ${part}`));
    expect(response.status).toBe(202);
    expect(response.headers.get("longshore-deduplicated")).toBeNull();
    expect(await stored()).toHaveLength(1);
  });

  it("a batch is there once", async () => {
    api.lose({ part, marker: '"durationMs":4714' });
    const response = await sendBatch([sleep(1), sleep(4714), sleep(2)]);
    expect(response.status).toBe(202);
    expect(await stored()).toHaveLength(3);
  });
});

describe("of a commit that inserts jobs", () => {
  const cases = [
    ["a batch with dedupKeys", () => sendBatch([sleep(1, "a"), sleep(2, "b")]), 2],
    ["a job with an idempotency key", (key: string) => sendJob(sleep(1), key), 1],
    ["a batch with an idempotency key", (key: string) => sendBatch([sleep(1), sleep(2)], key), 2],
  ] as const;

  it.each(cases)("the answer is lost: %s is answered with its 202", async (what, send, jobs) => {
    api.lose({ part: "the answer", marker: commitMessage });
    expect((await send(`answer-${what.replaceAll(" ", "-")}`)).status).toBe(202);
    expect(await stored()).toHaveLength(jobs);
    expect(await enqueued()).toEqual(expect.arrayContaining((await stored()).map(({ id }) => id)));
  });

  it.each(cases.slice(1))("the message is lost: %s is a 503 which leaves nothing behind", async (what, send, jobs) => {
    const key = `message-${what.replaceAll(" ", "-")}`;
    api.lose({ part: "the message", marker: commitMessage });
    const response = await send(key);
    expect(response.status).toBe(503);
    expect(await stored()).toEqual([]);
    expect((await send(key)).status).toBe(202);
    expect(await stored()).toHaveLength(jobs);
  });

  it.each(cases.slice(1))("the answer is lost: %s, sent again, gets the first answer", async (what, send, jobs) => {
    const key = `again-${what.replaceAll(" ", "-")}`;
    api.lose({ part: "the answer", marker: commitMessage });
    const first = await send(key);
    const second = await send(key);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(await second.json()).toEqual(await first.json());
    expect(await stored()).toHaveLength(jobs);
  });
});

describe("while PostgreSQL ends all sessions again and again", () => {
  it("a job is there if its request was answered with 202, and only then", async () => {
    const over = new AbortController();
    async function endSessions(): Promise<void> {
      while (!over.signal.aborted) {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'test'`.execute(api.database.db);
        await setTimeout(25);
      }
    }
    const ending = endSessions();
    const answers: Response[] = [];
    async function submitMany(client: number): Promise<void> {
      for (let n = 0; n < 25; n += 1) {
        const job = sleep(n, n % 5 === 0 ? `key ${client} ${n}` : undefined);
        answers.push(
          await (n % 7 === 0 ? sendBatch([job, sleep(n)]) : sendJob(job, n % 3 === 0 ? `${client}-${n}` : undefined)),
        );
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, client) => submitMany(client)));
    over.abort();
    await ending;

    expect(new Set(answers.map(({ status }) => status)).difference(new Set([202, 503]))).toEqual(new Set());
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted.length).toBeGreaterThan(0);
    const bodies = (await Promise.all(accepted.map((answer) => answer.json()))) as (
      | JobView
      | { items: { job: JobView }[] }
    )[];
    const ids = bodies.flatMap((body) => ("items" in body ? body.items.map(({ job }) => job.id) : [body.id]));
    expect((await stored()).map(({ id }) => id)).toEqual(ids.toSorted());
  });
});
