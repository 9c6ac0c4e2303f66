import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { fillPath } from "./fill-path.ts";
import { framings, insideUrls, jsonBodies, places, type HostileCase } from "./hostile-table.ts";
import { readJson, type Json } from "./http-fixture.ts";
import { newKey } from "./new-key.ts";
import { listOperations, readCommitted } from "./openapi-document.ts";
import { startApi, type TestApi } from "./start-api.ts";

/**
 * Every kind of hostile input that we know of, at every place where it can be sent: each is refused with the same problem
 * each time, nothing of it stays behind, and the service goes on as before.
 */
let api: TestApi;
let tables: string[];
let before: unknown;
const logged: string[] = [];

/** Each that takes a body of JSON, its parameters filled in. */
const jsonRoutes = listOperations(await readCommitted())
  .filter(({ said }) => Object.keys(said.requestBody?.content ?? {}).join() === "application/json")
  .map(({ method, path }) => ({ method: method.toUpperCase(), path: fillPath(path) }));

beforeAll(async () => {
  const sink = new Writable({ write: (line: Buffer, _encoding, done) => (logged.push(line.toString()), done()) });
  api = await startApi({ log: pino({ level: "trace" }, sink), importLimits: { maxUploadsPerTenant: 2 } });
  tables = (await api.database.db.introspection.getTables()).map(({ name }) => name);
  before = await countRows();
});
afterAll(() => api.close());
afterEach(async () => {
  assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
  assert.deepEqual(await countRows(), before);
});

/** How many rows each table has. */
async function countRows(): Promise<unknown> {
  const counts = tables.map(
    (table) => sql`select ${sql.lit(table)} as table, count(*) as rows from ${sql.table(table)}`,
  );
  return (await sql.join(counts, sql` union all `).execute(api.database.db)).rows;
}

/** By Node's own client, which sends bodies with any method and headers of any bytes. */
async function send({ method = "GET", path, headers = {}, body }: Omit<HostileCase, "status" | "what">) {
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const sending = request(api.url + path, { method, headers: { ...headers, ...length }, agent: false });
  sending.on("error", () => {});
  sending.end(body);
  const [response] = await once(sending, "response");
  return { status: response.statusCode, headers: response.headers, answer: parse(await text(response)) };
}

function parse(body: string): Json {
  return body.startsWith("{") ? JSON.parse(body) : body;
}

async function expectRefusal({ status, code, ...sent }: Omit<HostileCase, "what">): Promise<void> {
  const { answer, headers, ...got } = await send(sent);
  expect({ status: got.status, code: answer.code }).toEqual({ status, code: code ?? answer.code });
  expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  expect(answer).toMatchObject({ status, requestId: headers["x-request-id"], type: `/errors/${answer.code}` });
}

const everywhere = Object.entries(jsonBodies).flatMap(([input, bodies]) =>
  bodies.flatMap(({ what, headers, ...rest }) =>
    jsonRoutes.map(({ method, path }) => ({
      input,
      what: `${what} at ${method} ${path}`,
      sent: { method, path, headers: { "content-type": "application/json", ...headers }, ...rest },
    })),
  ),
);
const elsewhere = Object.entries(places).flatMap(([input, cases]) =>
  cases.map(({ what, ...sent }) => ({ input, what, sent })),
);
const byInput = Map.groupBy([...everywhere, ...elsewhere], ({ input }) => input);

describe.each([...byInput])("%s", (_input, cases) => {
  test.each(cases.map(({ what, sent }) => [what, sent] as const))("%s", (_what, sent) => expectRefusal(sent));
});

describe("A query that no route takes", async () => {
  const operations = listOperations(await readCommitted()).map(({ method, path }) => ({
    method: method.toUpperCase(),
    path: fillPath(path),
  }));

  test.each(operations)("$method $path", async ({ method, path }) => {
    const { status, answer } = await send({ method, path: `${path}?nobody=1&nobody=2` });
    if (status !== 404) expect([status, answer.errors]).toMatchObject([422, [{ pointer: "/query/nobody" }]]);
  });

  const limited = operations
    .filter(({ path }) => ["/v1/jobs", "/v1/schedules"].includes(path))
    .filter(({ method }) => method === "GET");
  test.each(limited)("$method $path?limit=1&limit=2", async ({ method, path }) => {
    await expectRefusal({ method, path: `${path}?limit=1&limit=2`, status: 422, code: "validation_failed" });
  });
});

describe.each(Object.entries(framings))("%s", (_input, cases) => {
  test.each(cases.map(({ what, ...rest }) => [what, rest] as const))("%s", async (_what, { bytes, status, code }) => {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    socket.on("error", () => {}).write(bytes, "latin1");
    const received = await readAnswer(socket);
    socket.destroy();
    const [head = "", body = ""] = received.split("\r\n\r\n");
    expect(parse(body)).toMatchObject({ status, code });
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain("Content-Type: application/problem+json");
    expect(head).toContain(`X-Request-Id: ${parse(body).requestId}`);
    await waitFor("a line in the log", async () => logged.some((line) => line.includes(parse(body).requestId)));
  });

  async function readAnswer(socket: AsyncIterable<Buffer>): Promise<string> {
    let received = "";
    for await (const chunk of socket) {
      received += chunk.toString();
      const [head = "", body = ""] = received.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Infinity);
      if (Buffer.byteLength(body) >= length) break;
    }
    return received;
  }
});

describe("URL job/webhook to an address inside", () => {
  const urls = Object.entries(insideUrls);
  const submission = { kind: "sleep", payload: { durationMs: 1 } };

  test.each(urls)("%s, to be fetched: %s", async (_what, url) => {
    const body = JSON.stringify({ kind: "urls.fetch", payload: { urls: ["https://example.com/", url] } });
    const sent = { method: "POST", headers: { "content-type": "application/json" }, body };
    const { status, answer } = await send({ path: "/v1/jobs", ...sent });
    expect([status, answer.errors]).toMatchObject([422, [{ pointer: "/payload/urls/1" }]]);
  });

  test.each(urls)("%s, as a webhook: %s", async (_what, url) => {
    const headers = { "content-type": "application/json" };
    const options = { webhook: { url } };
    const refused = { status: 422, code: "validation_failed" };
    for (const [path, body] of [
      ["/v1/jobs", { ...submission, options }],
      ["/v1/jobs/batch", [{ ...submission, options }]],
      ["/v1/schedules", { name: "inside", ...submission, intervalMs: 60_000, options }],
      [`/v1/imports/users?webhook=${encodeURIComponent(url)}`, []],
    ] as const) {
      await expectRefusal({ method: "POST", path, headers, body: JSON.stringify(body), ...refused });
    }
  });
});

describe("CR/LF in ids, user agent, filename", () => {
  test.each([
    ["x-request-id", "a%0d%0ab"],
    ["x-request-id", "aaaaaaaa\tb"],
    ["user-agent", "\\r\\n{}"],
    ["user-agent", '"}\u00e9\t'],
    ["content-disposition", 'attachment; filename="a\\r\\nb"'],
  ])("the %s %j is answered, and each line of the log is one", async (name, value) => {
    const { status, headers } = await send({ path: "/v1/jobs", headers: { [name]: value } });
    expect([status, headers["x-request-id"]]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    for (const line of logged) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe("What is taken", () => {
  const headers = { "content-type": "application/json" };
  afterEach(async () => {
    for (const table of ["jobs", "users"] as const) await api.database.db.deleteFrom(table).execute();
  });

  const deep = `{"operations":[{"op":"upper"}],"records":[{"a":${"[".repeat(28)}${"]".repeat(28)}}]}`;
  test.each([
    ["32 levels", `{"kind":"records.transform","payload":${deep}}`],
    ["a float that is a whole number", '{"kind":"sleep","payload":{"durationMs":1e2}}'],
    ["a BOM", '\ufeff{"kind":"sleep","payload":{"durationMs":1}}'],
    [
      "a key that is there twice, of which the last one counts",
      '{"kind":"x","kind":"sleep","payload":{"durationMs":1}}',
    ],
  ])("%s", async (_what, body) => {
    expect(await send({ method: "POST", path: "/v1/jobs", headers, body })).toMatchObject({ status: 202 });
  });

  /** The worker makes a reject of each, and its neighbours are written: see its `hostile-rows.test.ts`. */
  test.each([
    ["a row that is no JSON", "application/x-ndjson", '{"name":'],
    ["a row that is nested too deep", "application/x-ndjson", "[".repeat(500)],
    ["a row of NUL, 1e999 and __proto__", "application/x-ndjson", '{"name":"\\u0000","__proto__":1e999}'],
    ["Ragged CSV", "text/csv", "name,email\nAda\nBob,b@example.com,c,d"],
    ["Formula cells", "text/csv", "name,email\n=1+1,a@example.com\n@SUM(A1),b@example.com"],
  ])("%s, to be judged row by row", async (_what, type, body) => {
    const sent = { method: "POST", path: "/v1/imports/users", headers: { "content-type": type }, body };
    expect(await send(sent)).toMatchObject({ status: 202 });
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])(
    "Formula cells: %j is stored as it is, and is none in CSV",
    async (name) => {
      await api.database.db.insertInto("users").values({ tenant: "default", name, email: "a@example.com" }).execute();
      const read = async (format: string) => (await send({ path: `/v1/datasets/users/rows?format=${format}` })).answer;
      expect(await read("ndjson")).toMatchObject({ name });
      expect(await read("csv")).toMatch(new RegExp(`(^|[\\n,])"?'${RegExp.escape(name)}`));
    },
  );
});

describe("Idempotency-Key: malformed / in flight / other body", () => {
  afterEach(async () => {
    for (const table of ["jobs", "idempotency_keys"] as const) await api.database.db.deleteFrom(table).execute();
  });
  const key = { "idempotency-key": "hostile" };

  test("another body is 422", async () => {
    const headers = { "content-type": "application/json", ...key };
    const sent = { method: "POST", path: "/v1/jobs", headers };
    const body = (durationMs: number) => `{"kind":"sleep","payload":{"durationMs":${durationMs}}}`;
    expect(await send({ ...sent, body: body(1) })).toMatchObject({ status: 202 });
    await expectRefusal({ ...sent, body: body(2), status: 422, code: "idempotency_mismatch" });
  });

  test("a request under way is 409", async () => {
    const headers = { "content-type": "text/csv", ...key };
    const underWay = request(`${api.url}/v1/imports/users`, { method: "POST", headers }).on("error", () => {});
    underWay.write("name,email\n");
    await waitFor("the key to be taken", () =>
      api.database.db.selectFrom("idempotency_keys").select("key").executeTakeFirst(),
    );
    const sent = { method: "POST", path: "/v1/imports/users", headers, body: "name,email\nAda,ada@example.com\n" };
    await expectRefusal({ ...sent, status: 409, code: "idempotency_in_flight" });
    underWay.destroy();
    await waitFor("the key to be free", async () => (await send(sent)).status === 202);
  });
});

describe("Rate or tenant cap; global overload", () => {
  test.each([
    ["a rate", { rateLimits: { addressPoints: 10 } }, 429, "rate_limited"],
    ["what a tenant may", { importLimits: { maxUploadsPerTenant: 0 } }, 429, "quota_exceeded"],
    ["what the service can", { importLimits: { maxUploads: 0 } }, 503, "overloaded"],
  ])("more than %s is refused, with a time to come back", async (_what, options, status, code) => {
    const capped = await startApi(options);
    try {
      const upload = () =>
        fetch(`${capped.url}/v1/imports/users`, {
          method: "POST",
          headers: { "content-type": "text/csv" },
          body: "name,email\nAda,ada@example.com\n",
        });
      if (code === "rate_limited") expect((await upload()).status).toBe(202);
      const refused = await upload();
      expect([refused.status, (await readJson(refused)).code]).toEqual([status, code]);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    } finally {
      await capped.close();
    }
  });
});

describe("Missing/bad key; no scope; other tenant's job", () => {
  test("are 401, 403 and 404", async () => {
    const locked = await startApi();
    try {
      const key = await newKey(locked.database.db, "acme", "read");
      const submitter = await newKey(locked.database.db, "bolt", "submit", "read");
      const ask = (path: string, shown?: string, init: RequestInit = {}) =>
        fetch(locked.url + path, {
          ...init,
          headers: {
            "content-type": "application/json",
            ...(shown !== undefined && { authorization: `Bearer ${shown}` }),
          },
        });
      const submission = { method: "POST", body: '{"kind":"sleep","payload":{"durationMs":1}}' };
      await waitFor("keys to count", async () => (await ask("/v1/jobs")).status === 401);

      for (const bad of [undefined, "", "lsk_", `${key}x`, key.toUpperCase(), `${key.slice(0, -1)}\u00e9`]) {
        const refused = await ask("/v1/jobs", bad);
        expect([refused.status, (await readJson(refused)).code]).toEqual([401, "unauthenticated"]);
      }
      const unscoped = await ask("/v1/jobs", key, submission);
      expect([unscoped.status, (await readJson(unscoped)).code]).toEqual([403, "forbidden"]);

      const { links } = await readJson(await ask("/v1/jobs", submitter, submission));
      expect((await ask(links.self, submitter)).status).toBe(200);
      expect((await ask(links.self, key)).status).toBe(404);
    } finally {
      await locked.close();
    }
  });
});
