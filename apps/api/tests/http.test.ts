import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { readJson, startFixture, thingId, type Fixture } from "./http-fixture.ts";

let fixture: Fixture;
beforeAll(async () => void (fixture = await startFixture()));
afterAll(() => fixture.close());

function request(path: string, init?: RequestInit): Promise<Response> {
  return fetch(fixture.url + path, init);
}

async function readProblem(path: string, init?: RequestInit) {
  const response = await request(path, init);
  expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  return { response, problem: await readJson(response) };
}

function findLine(id: string | null, message: string): Record<string, unknown> | undefined {
  return fixture.logs.find(({ requestId, msg }) => requestId === id && msg === message);
}

describe("routing", () => {
  test("a route answers JSON with its status and headers", async () => {
    const response = await request(`/v1/things/${thingId}?limit=7`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("etag")).toBe('"1"');
    expect(response.headers.has("x-powered-by")).toBe(false);
    expect(await readJson(response)).toEqual({ id: thingId, limit: 7 });
  });

  test("a reply without a body has none", async () => {
    const gone = await request(`/v1/things/${thingId}`, { method: "DELETE" });
    expect([gone.status, await gone.text(), gone.headers.get("content-length")]).toEqual([204, "", null]);
    const same = await request(`/v1/things/${thingId}`, { headers: { "If-None-Match": '"1"' } });
    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", '"1"']);
  });

  test("no entity tag is made up", async () => {
    const response = await request("/v1/things", {
      method: "POST",
      body: '{"name":"a"}',
      headers: { "Content-Type": "application/json" },
    });
    expect(response.status).toBe(201);
    expect(response.headers.has("etag")).toBe(false);
  });

  test("HEAD answers as GET does, without the body", async () => {
    const response = await request(`/v1/things/${thingId}`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
  });

  test("OPTIONS tells what is allowed", async () => {
    const response = await request(`/v1/things/${thingId}`, { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([204, "GET, DELETE, HEAD, OPTIONS"]);
  });

  test("another method on a known path is 405", async () => {
    const { response, problem } = await readProblem(`/v1/things/${thingId}`, { method: "PUT" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, DELETE, HEAD, OPTIONS"]);
    expect(problem).toMatchObject({ code: "method_not_allowed", detail: "PUT is not allowed here; use GET or DELETE" });
  });

  test("a fixed path goes before one with a parameter, for every method", async () => {
    const accepted = await request("/v1/things/batch", {
      method: "POST",
      body: "[1,2]",
      headers: { "Content-Type": "application/json" },
    });
    expect([accepted.status, await readJson(accepted)]).toEqual([202, 2]);
    const { response } = await readProblem("/v1/things/batch");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });

  test.each(["/nothing", "/v1/Things/x/y", "/V1/things", "/"])("%s is 404", async (path) => {
    const { response, problem } = await readProblem(path);
    expect(response.status).toBe(404);
    expect(problem).toMatchObject({ code: "not_found", instance: path, detail: `There is nothing at ${path}` });
  });

  test("a path that is not percent-encoded UTF-8 is 400", async () => {
    const { response, problem } = await readProblem("/v1/things/%E0%A4%A");
    expect(response.status).toBe(400);
    expect(problem.code).toBe("malformed_request");
  });
});

describe("validation", () => {
  test("an id that is not one is 404", async () => {
    const { response, problem } = await readProblem("/v1/things/7");
    expect(response.status).toBe(404);
    expect(problem.errors).toEqual([{ pointer: "/path/id", code: "invalid_format", message: "must be a UUID" }]);
  });

  test.each([1, 10])("a limit of %i is accepted", async (limit) => {
    expect((await request(`/v1/things/${thingId}?limit=${limit}`)).status).toBe(200);
  });

  test.each([
    ["limit=0", "/query/limit", "too_small"],
    ["limit=11", "/query/limit", "too_big"],
    ["limit=1&limit=2", "/query/limit", "invalid_type"],
    ["limt=5", "/query/limt", "unknown_field"],
    ["q=%00", "/query/q", "nul_character"],
  ])("the query %s is 422", async (query, pointer, code) => {
    const { response, problem } = await readProblem(`/v1/things/${thingId}?${query}`);
    expect(response.status).toBe(422);
    expect(problem.errors).toMatchObject([{ pointer, code }]);
  });

  test("a header is checked, others are left alone", async () => {
    const { response, problem } = await readProblem(`/v1/things/${thingId}`, {
      headers: { Prefer: "something-else", "X-Other": "1" },
    });
    expect(response.status).toBe(422);
    expect(problem.errors).toMatchObject([{ pointer: "/header/prefer", code: "too_big" }]);
  });
});

describe("errors", () => {
  test("a problem says what it is, where it was and which request it was", async () => {
    const { response, problem } = await readProblem("/v1/failures/busy");
    expect(problem).toEqual({
      type: "/errors/unavailable",
      title: "A dependency is not available",
      status: 503,
      code: "unavailable",
      detail: "no room",
      instance: "/v1/failures/busy",
      requestId: response.headers.get("x-request-id"),
    });
    expect(response.headers.get("retry-after")).toBe("7");
  });

  test("the type of a problem is a path that explains it", async () => {
    const { problem } = await readProblem("/v1/failures/busy");
    const explanation = await readJson(await request(problem.type));
    expect(explanation).toMatchObject({ code: "unavailable", status: 503, title: problem.title });
  });

  test("an unknown error is 500, is logged with its stack, and says nothing of itself", async () => {
    const { response, problem } = await readProblem("/v1/failures/bug");
    expect(response.status).toBe(500);
    expect(response.headers.has("etag")).toBe(false);
    expect(JSON.stringify(problem)).not.toContain("secret");
    expect(findLine(problem.requestId, "request failed")).toMatchObject({
      level: 50,
      err: { message: "secret detail", stack: expect.stringContaining("http-fixture") },
    });
    expect(findLine(problem.requestId, "request completed")).toMatchObject({ status: 500 });
  });

  test("an error that the app knows better is translated, and its cause is only logged", async () => {
    const { response, problem } = await readProblem("/v1/failures/database");
    expect([response.status, problem.code, response.headers.get("retry-after")]).toEqual([503, "unavailable", "2"]);
    expect(JSON.stringify(problem)).not.toContain("hunter2");
    expect(findLine(problem.requestId, "request failed")).toMatchObject({
      level: 40,
      err: { message: "password=hunter2" },
    });
  });

  test.each(["midway", "stream"])("an error after the headers (%s) cuts the answer, and is logged", async (how) => {
    const response = await request(`/v1/failures/${how}`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    const line = await waitFor("its line", async () =>
      findLine(response.headers.get("x-request-id"), "request failed"),
    );
    expect(line).toMatchObject({ level: 50 });
  });
});

describe("a streamed answer", () => {
  test("is complete, also if it is empty", async () => {
    expect((await (await request("/v1/things/export?rows=100000")).text()).split("\n")).toHaveLength(100_001);
    expect(await (await request("/v1/things/export?rows=0")).text()).toBe("");
  });

  test("whose source fails at once is a problem", async () => {
    const { response, problem } = await readProblem("/v1/failures/first-row");
    expect([response.status, problem.code]).toEqual([500, "internal"]);
  });

  test("has no body for HEAD, and closes its source", async () => {
    fixture.seen.gone = Promise.withResolvers();
    const response = await request("/v1/things/export?rows=1000000000", { method: "HEAD" });
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/plain",
      "",
    ]);
    await fixture.seen.gone.promise;
  });

  test("closes its source when the client leaves", async () => {
    fixture.seen.gone = Promise.withResolvers();
    const leaving = new AbortController();
    await request("/v1/things/export?rows=1000000000", { signal: leaving.signal });
    leaving.abort();
    await fixture.seen.gone.promise;
  });
});

describe("every answer", () => {
  test.each(["/v1/things/" + thingId, "/nothing", "/v1/failures/bug", "/docs"])(
    "of %s is timed and has an id",
    async (path) => {
      const { headers } = await request(path);
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("x-process-time")).toMatch(/^\d+\.\d\d$/);
      expect(headers.get("server-timing")).toBe(`total;dur=${headers.get("x-process-time")}`);
    },
  );

  test.each(["12345678", "a".repeat(128), "A.b_c-0123"])("keeps the request id %s", async (id) => {
    expect((await request("/nothing", { headers: { "X-Request-Id": id } })).headers.get("x-request-id")).toBe(id);
  });

  test.each(["1234567", "a".repeat(129), "12345678 9", "<script>alert</script>", "идентификатор"])(
    "does not keep the request id %s",
    async (id) => {
      const given = Buffer.from(id).toString("latin1");
      const { headers } = await request("/nothing", { headers: { "X-Request-Id": given } });
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test("forbids a browser to run, frame or sniff it", async () => {
    const { headers } = await request("/nothing");
    expect(headers.get("content-security-policy")).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
  });
});

describe("the log", () => {
  test("has a line for each request, without its query", async () => {
    const { headers } = await request(`/v1/things/${thingId}?q=secret-token`);
    const line = findLine(headers.get("x-request-id"), "request completed");
    expect(line).toMatchObject({
      level: 30,
      method: "GET",
      path: `/v1/things/${thingId}`,
      status: 200,
      durationMs: expect.any(Number),
    });
    expect(JSON.stringify(line)).not.toContain("secret-token");
  });

  test("tells of a client that left", async () => {
    const leaving = new AbortController();
    const response = await request("/v1/endless", { signal: leaving.signal });
    leaving.abort();
    await fixture.seen.gone.promise;
    const id = response.headers.get("x-request-id");
    const line = await waitFor("its line", async () => findLine(id, "request aborted"));
    expect(line).toMatchObject({ level: 30, status: 200 });
  });
});
