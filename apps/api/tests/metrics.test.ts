import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "@longshore/shared/new-id";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { createWorkerBoard } from "@longshore/shared/status/worker-board";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { serveMetrics } from "../src/metrics/serve-metrics.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** The value of a series as it is scraped; undefined if it is not there. */
async function read(series: string, url = api.url): Promise<number | undefined> {
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const line = (await answer.text()).split("\n").find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

const count = async (series: string) => (await read(series)) ?? 0;

function post(path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(api.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

describe("requests", () => {
  it("are counted by the template of their route, whatever their path", async () => {
    const series = 'longshore_http_request_seconds_count{method="GET",route="/v1/jobs/{id}",status="4xx"}';
    const before = await count(series);
    for (const id of [newId(), newId(), "nonsense"]) await fetch(`${api.url}/v1/jobs/${id}`);
    expect((await count(series)) - before).toBe(3);
  });

  it("for nothing that there is are one series, whatever their path and method", async () => {
    const series = 'longshore_http_request_seconds_count{method="any",route="none",status="4xx"}';
    const before = await count(series);
    for (const method of ["GET", "PURGE", "PROPFIND"]) await fetch(`${api.url}/${newId()}`, { method });
    expect((await count(series)) - before).toBe(3);
    expect(await (await fetch(`${api.url}/metrics`)).text()).not.toMatch(/PURGE|PROPFIND/);
  });

  it("that are refused are counted by the code of their problem", async () => {
    const series = 'longshore_http_problems_total{code="unknown_kind"}';
    const before = await count(series);
    await post("/v1/jobs", { kind: "nothing", payload: {} });
    expect((await count(series)) - before).toBe(1);
  });

  it("are in flight until they are answered: this one is", async () => {
    await waitFor("the others to be over", async () => (await read("longshore_http_requests_in_flight")) === 1);
  });
});

describe("jobs", () => {
  it("are counted when they are accepted, and again when they end here", async () => {
    const accepted = await count('longshore_jobs_accepted_total{kind="sleep"}');
    const response = await post("/v1/jobs", { kind: "sleep", payload: { durationMs: 1 } });
    const { links } = (await response.json()) as { links: { self: string } };
    await post(`${links.self}/cancel`, undefined);
    expect((await count('longshore_jobs_accepted_total{kind="sleep"}')) - accepted).toBe(1);
    expect(await read('longshore_jobs_ended_total{kind="sleep",state="cancelled"}')).toBe(1);
  });

  it("that wait are counted as PostgreSQL has them, with their age", async () => {
    const waiting = { kind: "urls.fetch", payload: { urls: ["https://example.com"] } };
    await post("/v1/jobs/batch", [waiting, waiting, { ...waiting, options: { delayMs: 60_000 } }]);
    await waitFor("the count", async () => (await read('longshore_queue_work{queue="urls.fetch"}')) === 2);
    expect(await read('longshore_queue_jobs{queue="urls.fetch",state="queued"}')).toBe(2);
    expect(await read('longshore_queue_jobs{queue="urls.fetch",state="scheduled"}')).toBe(1);
    expect(await read('longshore_queue_oldest_waiting_seconds{queue="urls.fetch"}')).toBeGreaterThan(0);
    expect(await read('longshore_queue_oldest_waiting_seconds{queue="sleep"}')).toBe(0);
  });

  it("wait in a queue that is known to be paused", async () => {
    await post("/v1/queues/urls.fetch/pause", undefined);
    expect(await read('longshore_queue_paused{queue="urls.fetch"}')).toBe(1);
    await post("/v1/queues/urls.fetch/resume", undefined);
    expect(await read('longshore_queue_paused{queue="urls.fetch"}')).toBe(0);
  });
});

describe("what a process holds", () => {
  it("are its streams while they are open", async () => {
    const response = await post("/v1/jobs", { kind: "sleep", payload: { durationMs: 1 } });
    const { links } = (await response.json()) as { links: { self: string } };
    const leaving = new AbortController();
    await fetch(`${api.url}${links.self}/events`, { signal: leaving.signal });
    expect(await read("longshore_streams")).toBe(1);
    leaving.abort();
    await waitFor("the stream to close", async () => (await read("longshore_streams")) === 0);
  });

  it("are uploads while they are under way, and what they staged until it is applied", async () => {
    const first = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from("email,name\na@example.com,A\n"));
        await first.promise;
        controller.close();
      },
    });
    const headers = { "content-type": "text/csv" };
    const sending = fetch(`${api.url}/v1/imports/users`, { method: "POST", headers, body, duplex: "half" });
    await waitFor("the upload to begin", async () => (await read("longshore_uploads")) === 1);
    first.resolve();
    expect((await sending).status).toBe(202);
    expect(await read("longshore_uploads")).toBe(0);
    expect(await read("longshore_staged_bytes")).toBeGreaterThan(0);
  });

  it("are the workers that say that they live", async () => {
    expect(await read("longshore_workers")).toBe(0);
    const board = createWorkerBoard(api.redis.commands, api.redis.namespace);
    await board.announce({ id: "a", host: "h", pid: 1, version: "1", startedAt: "", queues: [] });
    expect(await read("longshore_workers")).toBe(1);
  });
});

it("without Redis, what only Redis knows is absent, and the rest is there", async () => {
  const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 100, onError: () => {} });
  const alone = await startApi({ redis: away });
  expect(await read("longshore_workers", alone.url)).toBeUndefined();
  expect(await read("longshore_postgres_up", alone.url)).toBe(1);
  expect(await read('longshore_queue_work{queue="imports"}', alone.url)).toBe(0);
  await alone.close();
  away.disconnect();
});

it("on the port of clients, the metrics take a key", async () => {
  const closed = await startApi({ auth: { servesAnyone: false } });
  expect((await fetch(`${closed.url}/metrics`)).status).toBe(401);
  await closed.close();
});

it("a port of its own serves the metrics, and nothing else, without a key", async () => {
  const server = await serveMetrics(new Registry(), { host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${server.port}`;
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  expect((await fetch(`${url}/v1/jobs`)).status).toBe(404);
  await server.close();
});
