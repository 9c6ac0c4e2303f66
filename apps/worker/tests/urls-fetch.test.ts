import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { urlsFetch } from "@longshore/shared/jobs/urls-fetch";
import { startServer, type TestServer } from "@longshore/shared/testing/start-server";
import { startTestWorker, type TestWorker } from "./start-test-worker.ts";

let worker: TestWorker;
let server: TestServer;
/** How many requests were under way at once, at most. */
let peak = 0;
let underWay = 0;
/** Answers of `/held` wait until so many requests are under way. */
let awaited = 0;
const held: (() => void)[] = [];

beforeAll(async () => {
  worker = await startTestWorker({ allowPrivate: ["127.0.0.1/32"] });
  server = await startServer((request, response) => {
    const url = new URL(request.url!, "http://server");
    underWay += 1;
    peak = Math.max(peak, underWay);
    response.on("close", () => (underWay -= 1));
    if (url.pathname === "/silent") return;
    if (url.pathname === "/held") {
      held.push(() => response.end());
      if (peak < awaited) return;
      // A moment longer, so that one too many would be seen.
      setTimeout(() => held.splice(0).forEach((answer) => answer()), 20);
      return;
    }
    if (url.pathname === "/inside") return void response.writeHead(302, { location: "http://10.0.0.1/" }).end();
    if (url.pathname === "/moved") return void response.writeHead(301, { location: "/ok" }).end();
    if (url.pathname === "/missing") return void response.writeHead(404).end("no");
    if (url.pathname === "/large") return void response.end(Buffer.alloc(2_000));
    setTimeout(() => response.setHeader("content-type", "text/plain; charset=utf-8").end("hello"), 20);
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await worker.close();
});

async function fetchAll(payload: Record<string, unknown>) {
  const job = await worker.run("urls.fetch", payload);
  expect(job.state).toBe("succeeded");
  return urlsFetch.result.parse(job.result);
}

describe("urls.fetch", () => {
  it("says of each URL what it answered, or why it did not, in their order", async () => {
    const paths = ["/ok", "/missing", "/inside", "/moved", "/silent", "/large", "/ok"];
    const urls = [...paths.map((path) => server.url + path), "http://169.254.169.254/latest/meta-data/"];
    const { succeeded, failed, items } = await fetchAll({ urls, timeoutMs: 2_000, maxBytes: 1_000 });

    expect(items.map(({ url }) => url)).toEqual(urls);
    const ok = { status: 200, bytes: 5, contentType: "text/plain; charset=utf-8" };
    expect(items).toMatchObject([
      ok,
      { status: 404, bytes: 2 },
      { error: { code: "blocked_address", message: "10.0.0.1 leads to an address that may not be called" } },
      { ...ok, finalUrl: `${server.url}/ok` },
      { error: { code: "timeout" } },
      { error: { code: "too_large" } },
      ok,
      { error: { code: "blocked_address" } },
    ]);
    expect({ succeeded, failed }).toEqual({ succeeded: 3, failed: 5 });
    expect(items.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  it.each([1, 7, 50])("has as many as %i under way at once, and no more", async (concurrency) => {
    [peak, awaited] = [0, concurrency];
    const { succeeded } = await fetchAll({
      urls: Array.from({ length: 60 }, (_, n) => `${server.url}/held?${n}`),
      concurrency,
    });
    expect(succeeded).toBe(60);
    expect(peak).toBe(concurrency);
  });

  it("reads no body for HEAD", async () => {
    const { items } = await fetchAll({ urls: [`${server.url}/ok`], method: "HEAD" });
    expect(items).toMatchObject([{ status: 200, bytes: 0 }]);
  });

  it("stops when its own time is over", async () => {
    const job = await worker.run(
      "urls.fetch",
      { urls: [`${server.url}/silent`], timeoutMs: 60_000 },
      { max_attempts: 1, options: '{"timeoutMs":100}' },
    );
    expect(job).toMatchObject({ state: "failed", error: { code: "timeout" } });
  });
});

describe("a payload of urls.fetch", () => {
  const fits = (payload: unknown) => urlsFetch.payload.safeParse(payload).success;
  const url = "https://example.com/";

  it.each([
    ["one URL", { urls: [url] }],
    ["a thousand, also the same", { urls: Array.from({ length: 1_000 }, () => url) }],
    ["all its limits", { urls: [url], concurrency: 50, timeoutMs: 60_000, maxBytes: 10 * 1024 * 1024, method: "HEAD" }],
  ])("may hold %s", (_what, payload) => expect(fits(payload)).toBe(true));

  it.each([
    ["no URL", { urls: [] }],
    ["1,001 URLs", { urls: Array.from({ length: 1_001 }, () => url) }],
    ["a URL of another kind", { urls: ["ftp://example.com/"] }],
    ["a password", { urls: ["https://me:secret@example.com/"] }],
    ["a URL that is endless", { urls: [url + "x".repeat(2_048)] }],
    ["51 at once", { urls: [url], concurrency: 51 }],
    ["none at once", { urls: [url], concurrency: 0 }],
    ["a minute and more", { urls: [url], timeoutMs: 60_001 }],
    ["more than 10 MiB", { urls: [url], maxBytes: 10 * 1024 * 1024 + 1 }],
    ["a method that changes something", { urls: [url], method: "DELETE" }],
  ])("may not hold %s", (_what, payload) => expect(fits(payload)).toBe(false));
});
