import { once } from "node:events";
import type { OutgoingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { createAddressRule } from "@longshore/shared/net/address-rule";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGuardedAgent, type Resolve } from "../src/net/guarded-agent.ts";
import { createGuardedFetch, type FetchOptions, type GuardedFetch } from "../src/net/guarded-fetch.ts";
import { startServer, type TestServer } from "@longshore/shared/testing/start-server";

/** In these tests 127.0.0.1 is the internet, and the rest of loopback is what must stay out of reach. */
const isAllowed = createAddressRule(["127.0.0.1/32"]);
const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));

function createFetch(resolve?: Resolve): GuardedFetch {
  return createGuardedFetch(createGuardedAgent({ isAllowed, ...(resolve && { resolve }) }));
}

const at =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

const guardedFetch = createFetch();

let server: TestServer;
beforeAll(async () => {
  server = await startServer(async (request, response) => {
    const url = new URL(request.url!, server.url);
    const send = (status: number, headers: OutgoingHttpHeaders, body: string | Buffer = "") =>
      response.writeHead(status, headers).end(body);

    switch (url.pathname) {
      case "/echo": {
        const body = await text(request);
        return send(200, {}, JSON.stringify({ method: request.method, headers: request.headers, body }));
      }
      case "/redirect":
        return send(Number(url.searchParams.get("status") ?? 302), { location: url.searchParams.get("to")! }, "moved");
      case "/hops": {
        const left = Number(url.searchParams.get("left"));
        return left === 0 ? send(200, {}, "there") : send(302, { location: `/hops?left=${left - 1}` });
      }
      case "/bytes":
        return send(200, { "x-many": ["a", "b"] }, Buffer.alloc(Number(url.searchParams.get("n")), "x"));
      case "/gzip":
        return send(200, { "content-encoding": "gzip" }, gzipSync("packed"));
      case "/br":
        return send(200, { "content-encoding": "br" }, brotliCompressSync("packed"));
      case "/zstd":
        return send(200, { "content-encoding": "zstd" }, zstdCompressSync("packed"));
      case "/bomb":
        return send(200, { "content-encoding": "gzip" }, bomb);
      case "/not-gzip":
        return send(200, { "content-encoding": "gzip" }, "plain");
      case "/silent":
        return undefined;
      case "/drip":
        response.write("x");
        return void setInterval(() => response.write("x"), 20).unref();
      case "/hang-up":
        return request.socket.destroy();
      case "/not-http":
        return request.socket.end("nonsense\r\n\r\n");
      default:
        return send(404, {}, "no");
    }
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const fetchPath = (path: string, options?: FetchOptions) => guardedFetch(server.url + path, options);

const codeOf = (fetching: Promise<unknown>) =>
  fetching.then(
    () => "an answer",
    (error: Error & { code?: string }) => error.code,
  );

describe("an address that may not be called", () => {
  it.each([
    "http://127.0.0.2/",
    "http://127.1.1.1:8080/",
    "http://2130706434/",
    "http://0x7f000002/",
    "http://0177.0.0.2/",
    "http://127.2/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.2]/",
    "http://[::ffff:7f00:2]/",
    "http://[64:ff9b::7f00:2]/",
    "http://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "http://１２７.０.０.２/",
  ])("is blocked as %s", async (url) => {
    await expect(guardedFetch(url)).rejects.toMatchObject({ name: "UnrecoverableError", code: "blocked_address" });
  });

  it("is blocked behind a name", async () => {
    expect(await codeOf(createFetch(at("10.0.0.1"))("http://example.com/"))).toBe("blocked_address");
    expect(await codeOf(createFetch(at("fd00::1"))("https://example.com/"))).toBe("blocked_address");
    const strict = createGuardedFetch(createGuardedAgent({ isAllowed: createAddressRule() }));
    expect(await codeOf(strict(`http://localhost:${server.port}/`))).toBe("blocked_address");
  });

  it("is blocked behind a name that has a public address too", async () => {
    const url = `http://example.com:${server.port}/echo`;
    expect(await codeOf(createFetch(at("127.0.0.1", "127.0.0.2"))(url))).toBe("blocked_address");
  });

  it("is blocked at the end of a redirect", async () => {
    const inside = await startServer((_request, response) => response.end("secret"), { host: "127.0.0.2" });
    await using _inside = inside;
    for (const status of [301, 302, 303, 307, 308]) {
      const to = encodeURIComponent(`${inside.url}/secret`);
      expect(await codeOf(fetchPath(`/redirect?status=${status}&to=${to}`))).toBe("blocked_address");
    }
    expect(inside.paths).toEqual([]);
  });

  it("is not named to who asked", async () => {
    const error = await createFetch(at("10.1.2.3"))("http://intranet/").catch(String);
    expect(error).toContain("intranet leads to an address that may not be called");
    expect(error).not.toContain("10.1.2.3");
  });

  it("may still be what a name says the next time: the one that was checked is called", async () => {
    await using outside = await startServer((_request, response) =>
      response.setHeader("connection", "close").end("public"),
    );
    await using inside = await startServer((_request, response) => response.end("secret"), {
      host: "127.0.0.2",
      port: outside.port,
    });
    let asked = 0;
    const rebind = createFetch(async () => [{ address: asked++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }]);
    const url = `http://rebind.example:${outside.port}/`;

    expect((await rebind(url)).body.toString()).toBe("public");
    expect(asked).toBe(1);
    expect(await codeOf(rebind(url))).toBe("blocked_address");
    expect(asked).toBe(2);
    expect(inside.paths).toEqual([]);
  });
});

describe("a URL that is none of ours to call", () => {
  it.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://me:secret@127.0.0.1/",
    "http://127.0.0.1:22/",
    "nonsense",
  ])("like %s is refused", async (url) => {
    await expect(guardedFetch(url)).rejects.toMatchObject({ name: "UnrecoverableError", code: "invalid_url" });
  });

  it("is refused at the end of a redirect", async () => {
    for (const to of ["file:///etc/passwd", "http://a:b@127.0.0.1/", "http://127.0.0.1:25/", "http://[/"]) {
      expect(await codeOf(fetchPath(`/redirect?to=${encodeURIComponent(to)}`))).toBe("invalid_url");
    }
  });
});

describe("an answer", () => {
  it("has status, headers, body and where it came from", async () => {
    const { status, headers, bytes, body, url } = await fetchPath("/redirect?to=/bytes?n=5");
    expect({ status, bytes, body: body.toString(), url }).toEqual({
      status: 200,
      bytes: 5,
      body: "xxxxx",
      url: `${server.url}/bytes?n=5`,
    });
    expect(headers).toMatchObject({ "x-many": "a, b" });
  });

  it("is one whatever its status", async () => {
    expect(await fetchPath("/nowhere")).toMatchObject({ status: 404, bytes: 2 });
  });

  it.each(["gzip", "br", "zstd"])("in %s is inflated", async (encoding) => {
    const { body, bytes } = await fetchPath(`/${encoding}`);
    expect([body.toString(), bytes]).toEqual(["packed", 6]);
  });

  it("to HEAD is empty", async () => {
    expect(await fetchPath("/gzip", { method: "HEAD" })).toMatchObject({ status: 200, bytes: 0 });
  });

  it("may be as large as it may be, and no larger", async () => {
    expect(await fetchPath("/bytes?n=1000", { maxBytes: 1_000 })).toMatchObject({ bytes: 1_000 });
    expect(await codeOf(fetchPath("/bytes?n=1001", { maxBytes: 1_000 }))).toBe("too_large");
  });

  it("is cut off where it inflates to more than it may be", async () => {
    expect(bomb.length).toBeLessThan(30_000);
    expect(await codeOf(fetchPath("/bomb", { maxBytes: 100_000 }))).toBe("too_large");
  });

  it("can be counted and let go", async () => {
    const { bytes, body } = await fetchPath("/bytes?n=1000", { answerBody: "count" });
    expect([bytes, body.length]).toEqual([1_000, 0]);
  });

  it("can be taken by its status alone, whatever comes behind that", async () => {
    for (const path of ["/drip", "/not-gzip", "/bytes?n=2000000"])
      expect(await fetchPath(path, { answerBody: "ignore" })).toMatchObject({ status: 200, bytes: 0 });
  });
});

describe("a redirect", () => {
  it("is followed five times, not six", async () => {
    expect(await fetchPath("/hops?left=5")).toMatchObject({ status: 200, url: `${server.url}/hops?left=0` });
    expect(await codeOf(fetchPath("/hops?left=6"))).toBe("too_many_redirects");
  });

  it("is the answer for who follows it by hand", async () => {
    const answer = await fetchPath("/redirect?to=http://10.0.0.1/", { redirect: "manual" });
    expect(answer).toMatchObject({ status: 302, headers: { location: "http://10.0.0.1/" } });
  });

  const post = { method: "POST", headers: { "Content-Type": "text/plain", Authorization: "Bearer x" }, body: "hello" };

  it.each([
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", "hello"],
    [308, "POST", "hello"],
  ])("with %i sends a POST on as %s", async (status, method, body) => {
    const answer = await fetchPath(`/redirect?status=${status}&to=/echo`, post);
    const echo = JSON.parse(answer.body.toString()) as { headers: Record<string, string> };
    expect(echo).toMatchObject({ method, body, headers: { authorization: "Bearer x" } });
    expect(echo.headers["content-type"]).toBe(method === "POST" ? "text/plain" : undefined);
  });

  it("takes who is asking no further than its own origin", async () => {
    await using other = await startServer((request, response) => response.end(JSON.stringify(request.headers)));
    const secrets = { authorization: "Bearer x", cookie: "a=b", "x-api-key": "k", "user-agent": "me" };
    const { body } = await fetchPath(`/redirect?to=${encodeURIComponent(other.url)}`, { headers: secrets });
    const seen = JSON.parse(body.toString()) as Record<string, string>;
    expect(seen).toMatchObject({ "user-agent": "me" });
    expect(["authorization", "cookie", "x-api-key"].filter((name) => name in seen)).toEqual([]);
  });
});

describe("a call that comes to nothing", () => {
  it.each([
    ["/silent", "timeout", 300],
    ["/drip", "timeout", 300],
    ["/hang-up", "connection_failed", 10_000],
    ["/not-http", "invalid_response", 10_000],
    ["/not-gzip", "invalid_response", 10_000],
  ])("%s says %s", async (path, code, timeoutMs) => {
    await expect(fetchPath(path, { timeoutMs })).rejects.toMatchObject({ name: "FetchError", code });
  });

  it("says so where nobody listens, and where there is no such name", async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    expect(await codeOf(guardedFetch(gone.url))).toBe("connection_failed");

    const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND nowhere.example"), { code: "ENOTFOUND" });
    const error = await createFetch(() => Promise.reject(unknown))("http://nowhere.example/").catch(String);
    expect(error).toBe("FetchError: getaddrinfo ENOTFOUND nowhere.example");
  });

  it("waits no longer for a name than for anything else", async () => {
    const never = createFetch(() => new Promise(() => {}));
    expect(await codeOf(never("http://example.com/", { timeoutMs: 50 }))).toBe("timeout");
  });

  it("ends with the caller's own reason when the caller stops it", async () => {
    const stopping = new AbortController();
    const fetching = fetchPath("/silent", { signal: stopping.signal });
    const reason = new Error("enough");
    stopping.abort(reason);
    await expect(fetching).rejects.toBe(reason);
    await expect(fetchPath("/bytes?n=1", { signal: stopping.signal })).rejects.toBe(reason);
  });

  it.each<[string, number, FetchOptions & { to?: string }]>([
    ["timeout", 200, { timeoutMs: 300 }],
    ["too_large", 200, { maxBytes: 0 }],
    ["blocked_address", 302, { to: "http://10.0.0.1/" }],
    ["invalid_url", 302, { to: "ftp://example.com/" }],
    ["an answer", 200, { answerBody: "ignore" }],
  ])("closes its connection: %s", async (code, status, { to = "/", ...options }) => {
    const closed = Promise.withResolvers<unknown>();
    await using endless = await startServer((request, response) => {
      response.writeHead(status, { location: to }).write("x");
      closed.resolve(once(request.socket, "close"));
    });
    expect(await codeOf(guardedFetch(endless.url, options))).toBe(code);
    await closed.promise;
  });
});
