import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import type { JobView } from "@longshore/shared/status/job-view";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { createDatabase } from "@longshore/shared/db/create-database";
import { startGate } from "@longshore/shared/testing/start-gate";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startScriptedJob, type ScriptedJob } from "./scripted-job.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
let job: ScriptedJob;
beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  job = await startScriptedJob(api);
});
afterAll(() => api.close());

async function read(query = "", headers: Record<string, string> = {}, url = job.url) {
  const response = await fetch(url + query, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, view: (text ? JSON.parse(text) : null) as JobView };
}

const etagOf = async () => (await read()).headers.get("etag")!;

describe("a job that is read", () => {
  it("has a tag that changes with its state and with what its handler reports", async () => {
    const tags = [await etagOf()];
    expect(await etagOf()).toBe(tags[0]);
    await job.become("running");
    tags.push(await etagOf());
    await job.report(1);
    tags.push(await etagOf());
    await job.report(2);
    tags.push(await etagOf());
    await job.become("succeeded");
    tags.push(await etagOf());
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toMatch(/^"[\w.-]+"$/);
  });

  it("is 304, and nothing more, for a client that has it", async () => {
    await job.become("running");
    const etag = await etagOf();
    for (const tag of [etag, `"x", W/${etag}`, "*"]) {
      const { status, headers, view } = await read("", { "if-none-match": tag });
      expect({ status, view }).toEqual({ status: 304, view: null });
      expect(headers.get("etag")).toBe(etag);
      expect(headers.get("retry-after")).toBe("1");
    }
    await job.become("failed");
    expect((await read("", { "if-none-match": etag })).status).toBe(200);
  });

  it("is to be asked for again until it is over, and never taken from a cache unasked", async () => {
    expect((await read()).headers.get("retry-after")).toBe("1");
    await job.become("succeeded");
    const { headers } = await read();
    expect(headers.get("retry-after")).toBeNull();
    expect(headers.get("cache-control")).toBe("no-cache");
  });

  it("shows what its present run reported, and nothing of a run before that", async () => {
    await job.become("running");
    await job.report(3);
    expect((await read()).view.progress).toMatchObject({ done: 3, total: 10 });
    await job.become("queued");
    expect((await read()).view.progress).toBeNull();
    await job.become("running");
    expect((await read()).view.progress).toBeNull();
    await job.report(1, 2);
    expect((await read()).view.progress).toMatchObject({ done: 1 });
  });

  it("has links to whatever there is about it", async () => {
    const self = `/v1/jobs/${job.id}`;
    expect((await read()).view.links).toEqual({ self, events: `${self}/events`, logs: `${self}/logs` });
  });

  it("is found by an id in capitals", async () => {
    expect((await read("", {}, `${api.url}/v1/jobs/${job.id.toUpperCase()}`)).view.id).toBe(job.id);
  });
});

describe("a job that is over", () => {
  const kept = async () =>
    (await createStatusBoard(api.redis.commands, api.redis.namespace, () => {}).findViews([job.id]))[0];
  const untilKept = () =>
    waitFor("the view to be kept", async () => {
      await read();
      return kept();
    });

  it("is kept in Redis when it is asked for again, and answered the same from there", async () => {
    await job.become("succeeded", { result: { text: "é\u2028\\" } });
    const first = await read();
    expect(await kept()).toBeUndefined();
    await untilKept();
    const again = await read();
    expect(again.view).toEqual(first.view);
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    expect((await read("", { "if-none-match": first.headers.get("etag")! })).status).toBe(304);
  });

  it("is not kept when it is large", async () => {
    await job.become("succeeded", { result: "x".repeat(16 * 1024) });
    for (let times = 0; times < 3; times += 1) expect((await read()).view.state).toBe("succeeded");
    expect(await kept()).toBeUndefined();
  });

  it("is not answered from Redis any more when it was retried", async () => {
    await job.become("failed");
    await untilKept();
    expect((await fetch(`${job.url}/retry`, { method: "POST" })).status).toBe(202);
    expect((await read()).view.state).toBe("queued");
    await job.become("running");
    await job.become("succeeded");
    expect((await read()).view.state).toBe("succeeded");
  });

  it("is still answered while PostgreSQL is away, if Redis has it; any other job is 503", async () => {
    const gate = await startGate(api.database.url);
    const away = createDatabase({ url: gate.url, applicationName: "away", connectTimeoutMs: 200 });
    const lonely = await startApi({
      db: async () => away.db,
      redis: api.redis.commands,
      namespace: api.redis.namespace,
    });
    try {
      await job.become("succeeded");
      await untilKept();
      // Whether it needs a key is known from before.
      expect(await read("", {}, `${lonely.url}/v1/kinds`)).toMatchObject({ status: 200 });
      gate.set("shut");
      expect(await read("", {}, `${lonely.url}/v1/jobs/${job.id}`)).toMatchObject({
        status: 200,
        view: { state: "succeeded" },
      });
      const other = await read("", {}, `${lonely.url}/v1/jobs/${(await startScriptedJob(api)).id}`);
      expect(other).toMatchObject({ status: 503, view: { code: "unavailable" } });
      expect(other.headers.get("retry-after")).toBe("2");
    } finally {
      await lonely.close();
      await away.close();
      await gate.close();
    }
  });
});

describe("an id that no job has", () => {
  const unknown = () => `${api.url}/v1/jobs/0199a000-0000-7000-8000-000000000000`;

  it("is 404, however often it is asked for, and whether or not one waits", async () => {
    for (const query of ["", "", "", "?wait=5"])
      expect(await read(query, {}, unknown())).toMatchObject({ status: 404, view: { code: "not_found" } });
  });

  it("is a job as soon as there is one", async () => {
    const id = "0199a000-0000-7000-8000-00000000000f";
    const url = `${api.url}/v1/jobs/${id}`;
    expect((await read("", {}, url)).status).toBe(404);
    await api.database.db.updateTable("jobs").set({ id }).where("id", "=", job.id).execute();
    expect((await read("", {}, url)).status).toBe(200);
  });
});

describe("waiting", () => {
  it("is over as soon as the job is", async () => {
    await job.become("running");
    // Longer than this test may take.
    const waiting = read("?wait=60");
    await job.become("succeeded", { result: 1 });
    expect((await waiting).view).toMatchObject({ state: "succeeded", result: 1 });
  });

  it("is no longer than was asked for, and then shows the job as it is", async () => {
    await job.become("running");
    const start = performance.now();
    const { status, headers, view } = await read("?wait=1");
    expect(performance.now() - start).toBeGreaterThan(990);
    expect({ status, state: view.state }).toEqual({ status: 200, state: "running" });
    expect(headers.get("retry-after")).toBe("1");
  });

  it("may be asked for by a preference, which is confirmed; the query goes before it", async () => {
    await job.become("succeeded");
    expect((await read("", { prefer: "wait=7" })).headers.get("preference-applied")).toBe("wait=7");
    expect((await read("", { prefer: "wait=600" })).headers.get("preference-applied")).toBe("wait=60");
    expect((await read("?wait=1", { prefer: "wait=7" })).headers.get("preference-applied")).toBeNull();
    expect((await read("", { prefer: "respond-async" })).headers.get("preference-applied")).toBeNull();
  });

  it.each(["61", "-1", "1.5", "x", ""])("for %j seconds is 422", async (wait) => {
    expect(await read(`?wait=${wait}`)).toMatchObject({
      status: 422,
      view: { code: "validation_failed", errors: [{ pointer: "/query/wait" }] },
    });
  });

  it("works without Redis", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    const lonely = await startApi({ redis: away });
    try {
      job = await startScriptedJob(lonely);
      const waiting = read("?wait=60");
      await job.become("succeeded");
      expect((await waiting).view.state).toBe("succeeded");
    } finally {
      away.disconnect();
      await lonely.close();
    }
  });
});
