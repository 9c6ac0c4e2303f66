import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { bootstrapKey } from "@longshore/shared/keys/bootstrap-key";
import { parseKey } from "@longshore/shared/keys/parse-key";
import { revokeKey } from "@longshore/shared/keys/revoke-key";
import { bellChannel } from "@longshore/shared/status/status-board";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { readJson } from "./http-fixture.ts";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { startGate, type Gate } from "@longshore/shared/testing/start-gate";
import { newKey } from "./new-key.ts";
import { openEvents } from "./open-events.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
/** The API's own way to it. */
let gate: Gate;
let database: DatabaseHandle;
let logged = "";

/** With a memory of 50 ms instead of five seconds. */
async function start(options: Parameters<typeof startApi>[0] = {}): Promise<void> {
  const sink = new Writable({ write: (text: Buffer, _encoding, done) => ((logged += text.toString()), done()) });
  api = await startApi({
    db: async (url) => {
      gate = await startGate(url);
      database = createDatabase({ url: gate.url, applicationName: "test" });
      return database.db;
    },
    log: pino({ level: "trace" }, sink),
    ...options,
    auth: { keyTimes: { keptMs: 50, graceMs: 60_000 }, ...options.auth },
  });
}

beforeEach(() => void (logged = ""));
afterEach(async () => {
  await database.close().catch(() => {});
  await gate.close();
  await api.close();
});

function ask(key?: string, path = "/v1/jobs", headers: Record<string, string> = {}): Promise<Response> {
  return fetch(api.url + path, {
    headers: key === undefined ? headers : { authorization: `Bearer ${key}`, ...headers },
  });
}

const statusFor = async (key?: string, path?: string) => (await ask(key, path)).status;
const untilStatus = (status: number, key?: string) =>
  waitFor(`a ${status}`, async () => (await statusFor(key)) === status);

describe("while there is no key", () => {
  test("whoever asks is served, whatever is shown", async () => {
    await start();
    expect([await statusFor(), await statusFor("lsk_nonsense")]).toEqual([200, 200]);
  });

  test("a page of another site is refused, a page of this machine is not", async () => {
    await start();
    const pause = (origin: string) =>
      fetch(`${api.url}/v1/queues/sleep/pause`, { method: "POST", headers: { origin } });
    const refused = await pause("https://evil.example");
    expect([refused.status, (await readJson(refused)).code]).toEqual([403, "forbidden"]);
    expect((await pause("null")).status).toBe(403);
    expect((await pause(api.url)).status).toBe(200);
    expect((await pause("http://localhost:5173")).status).toBe(200);
  });

  test("nobody is served where others could ask", async () => {
    await start({ auth: { servesAnyone: false } });
    expect([await statusFor(), await statusFor(undefined, "/livez")]).toEqual([401, 200]);
  });

  test("the first key closes the door, its removal opens it again, revoking it does not", async () => {
    await start();
    expect(await statusFor()).toBe(200);
    const key = await newKey(api.database.db, "default", "admin");
    await untilStatus(401);
    expect(await statusFor(key)).toBe(200);

    await revokeKey(api.database.db, parseKey(key)!.id);
    await untilStatus(401, key);
    expect(await statusFor()).toBe(401);

    await api.database.db.deleteFrom("api_keys").execute();
    await untilStatus(200);
  });
});

describe("a key", () => {
  test("is asked for in one and the same way, whatever is wrong", async () => {
    await start();
    const db = api.database.db;
    const good = await newKey(db, "default", "read");
    const revoked = await newKey(db, "default", "read");
    await revokeKey(db, parseKey(revoked)!.id);
    const expired = await newKey(db, "default", "read");
    await db
      .updateTable("api_keys")
      .set({ expires_at: new Date(0) })
      .where("id", "=", parseKey(expired)!.id)
      .execute();
    const bad = [
      revoked,
      expired,
      `${good.slice(0, -1)}${good.endsWith("A") ? "B" : "A"}`,
      good.replace(/lsk_\w{4}/, "lsk_zzzz"),
      "lsk_",
      "nonsense",
    ];

    const missing = await ask();
    expect([missing.status, missing.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const answers = await Promise.all(
      bad.map(async (key) => {
        const response = await ask(key);
        const { requestId: _id, ...problem } = await readJson(response);
        return { status: response.status, challenge: response.headers.get("www-authenticate"), problem };
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 401,
      challenge: 'Bearer error="invalid_token"',
      problem: { code: "unauthenticated" },
    });
    expect(await ask(undefined, "/v1/jobs", { authorization: "Basic YTpi" })).toMatchObject({ status: 401 });
    expect(await ask(undefined, "/v1/jobs", { authorization: `bearer ${good}` })).toMatchObject({ status: 200 });
  });

  test("allows what its scopes say, and the answer names the one that is missing", async () => {
    await start();
    const post = (key: string) =>
      fetch(`${api.url}/v1/jobs`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: '{"kind":"sleep","payload":{"durationMs":1}}',
      });
    const [reads, submits, rules] = await Promise.all([
      newKey(api.database.db, "default", "read"),
      newKey(api.database.db, "default", "submit"),
      newKey(api.database.db, "default", "admin"),
    ]);
    expect([(await post(reads)).status, (await post(submits)).status, (await post(rules)).status]).toEqual([
      403, 202, 202,
    ]);
    expect([await statusFor(reads), await statusFor(submits), await statusFor(rules)]).toEqual([200, 403, 200]);
    expect([await statusFor(reads, "/v1/workers"), await statusFor(rules, "/v1/workers")]).toEqual([403, 200]);

    const refused = await post(reads);
    expect(refused.headers.get("www-authenticate")).toBe('Bearer error="insufficient_scope", scope="submit"');
    expect(await readJson(refused)).toMatchObject({ code: "forbidden", detail: "This key has not the scope `submit`" });
  });

  test("that is in use is looked up once for all who show it", async () => {
    await start({ auth: { keyTimes: { keptMs: 60_000, graceMs: 60_000 } } });
    const key = await newKey(api.database.db, "default", "read");
    let lookups = 0;
    database.pool.on("connect", (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: unknown[]) => {
        if (JSON.stringify(args[0]).includes("secret_hash")) lookups += 1;
        return query(...args);
      }) as typeof client.query;
    });
    expect(await Promise.all(Array.from({ length: 20 }, () => statusFor(key, "/v1/kinds")))).toEqual(
      Array(20).fill(200),
    );
    expect(await statusFor(key, "/v1/kinds")).toBe(200);
    expect(lookups).toBe(1);
  });

  test("goes on working for a while when the database is away; one that is not known is answered 503", async () => {
    await start();
    const [known, unknown] = await Promise.all([
      newKey(api.database.db, "default", "read"),
      newKey(api.database.db, "default", "read"),
    ]);
    expect(await statusFor(known, "/v1/kinds")).toBe(200);
    gate.set("shut");
    const refused = await ask(unknown, "/v1/kinds");
    expect([refused.status, refused.headers.has("retry-after")]).toEqual([503, true]);
    expect(await statusFor(known, "/v1/kinds")).toBe(200);
  });

  test("does not work for ever without the database", async () => {
    await start({ auth: { keyTimes: { keptMs: 1, graceMs: 300 } } });
    const key = await newKey(api.database.db, "default", "read");
    expect(await statusFor(key, "/v1/kinds")).toBe(200);
    gate.set("shut");
    await waitFor("a 503", async () => (await statusFor(key, "/v1/kinds")) === 503);
  });

  test("has the time of its use noted, once a minute", async () => {
    await start();
    const { db } = api.database;
    const [lately, before, fresh] = [
      await newKey(db, "default", "read"),
      await newKey(db, "default", "read"),
      await newKey(db, "default", "read"),
    ];
    const idOf = (key: string) => parseKey(key)!.id;
    const readUse = async (key: string) => {
      const found = db.selectFrom("api_keys").select("last_used_at").where("id", "=", idOf(key));
      return (await found.executeTakeFirstOrThrow()).last_used_at;
    };
    const [halfAMinuteAgo, twoMinutesAgo] = [30_000, 120_000].map((ms) => new Date(Date.now() - ms));
    await db.updateTable("api_keys").set({ last_used_at: halfAMinuteAgo }).where("id", "=", idOf(lately)).execute();
    await db.updateTable("api_keys").set({ last_used_at: twoMinutesAgo }).where("id", "=", idOf(before)).execute();

    for (const key of [lately, before, fresh]) expect(await statusFor(key)).toBe(200);
    await waitFor("the notes", async () => (await readUse(fresh)) && (await readUse(before))! > twoMinutesAgo!);
    expect(await readUse(lately)).toEqual(halfAMinuteAgo);
  });

  test("opens streams, by the header or in the query, which no other route takes", async () => {
    await start();
    const key = await newKey(api.database.db, "default", "admin");
    const submitted = await fetch(`${api.url}/v1/jobs`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: '{"kind":"sleep","payload":{"durationMs":1}}',
    });
    const { id } = await readJson(submitted);
    const path = `/v1/jobs/${id}/events`;

    const refused = await openEvents(`${api.url}${path}`);
    expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    for (const events of [
      await openEvents(`${api.url}${path}`, { authorization: `Bearer ${key}` }),
      await openEvents(`${api.url}${path}?access_token=${key}`),
    ]) {
      expect(events.status).toBe(200);
      expect(await events.first(1)).toMatchObject([{ event: "state", data: { id } }]);
      events.close();
    }
    expect((await openEvents(`${api.url}${path}?access_token=lsk_no`)).status).toBe(401);
    expect(await statusFor(undefined, `/v1/jobs/${id}?access_token=${key}`)).toBe(401);

    const url = `${api.url.replace("http", "ws")}${path}`;
    const opened = new WebSocket(`${url}?access_token=${key}`);
    const [first] = await new Promise<[Buffer]>((resolve) => opened.once("message", (data: Buffer) => resolve([data])));
    expect(JSON.parse(first.toString())).toMatchObject({ event: "state", data: { id } });
    opened.close();
    const closed = new WebSocket(url);
    const status = await new Promise((resolve) =>
      closed.once("unexpected-response", (_request, { statusCode }) => resolve(statusCode)),
    );
    expect(status).toBe(401);
  });

  test("that is revoked closes the streams that it opened", async () => {
    await start();
    const [goes, stays] = [
      await newKey(api.database.db, "default", "admin"),
      await newKey(api.database.db, "default", "read"),
    ];
    const submitted = await fetch(`${api.url}/v1/jobs`, {
      method: "POST",
      headers: { authorization: `Bearer ${goes}`, "content-type": "application/json" },
      body: '{"kind":"sleep","payload":{"durationMs":1}}',
    });
    const { id } = await readJson(submitted);
    const follow = (key: string) => openEvents(`${api.url}/v1/jobs/${id}/events?access_token=${key}`);
    const [ended, open] = [await follow(goes), await follow(stays)];
    await revokeKey(api.database.db, parseKey(goes)!.id);
    expect(await ended.all()).toMatchObject([{ event: "state" }]);

    await api.database.pool.query('update jobs set revision = revision + 1, tags = \'{"a":"b"}\'');
    await api.redis.commands.publish(bellChannel(api.redis.namespace), id);
    expect(await open.first(2)).toMatchObject([{ event: "state" }, { event: "state", data: { tags: { a: "b" } } }]);
    open.close();
  });

  test("is never logged, nor is what is shown in its place", async () => {
    await start();
    const key = await newKey(api.database.db, "default", "admin");
    const { secret } = parseKey(key)!;
    await ask(key);
    await ask(`${key}x`);
    await ask(key, "/v1/failures?access_token=" + key);
    await ask(key, `/v1/jobs?access_token=${key}`);
    const id = "0199e7a0-0000-7000-8000-000000000000";
    const missing = await ask(undefined, `/v1/jobs/${id}/events?access_token=${key}`);
    expect(missing.status).toBe(404);
    expect(await missing.text()).not.toContain(secret);
    await database.close();
    await ask(key);
    await waitFor("the last line", async () => logged.match(/"request completed"/g)?.length === 6);
    expect(logged).not.toContain(secret);
  });
});

describe("bad keys", () => {
  test("are refused unlooked at after some, and keys that are known to be good are not", async () => {
    await start({ auth: { maxBadKeys: 3 } });
    const [known, unknown] = await Promise.all([
      newKey(api.database.db, "default", "read"),
      newKey(api.database.db, "default", "read"),
    ]);
    expect(await statusFor(known)).toBe(200);
    expect([await statusFor("lsk_1"), await statusFor("lsk_2"), await statusFor("lsk_3")]).toEqual([401, 401, 401]);

    const refused = await ask("lsk_4");
    expect([refused.status, (await readJson(refused)).code]).toEqual([429, "rate_limited"]);
    const retryAfter = Number(refused.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect([await statusFor(unknown), await statusFor(known), await statusFor()]).toEqual([429, 200, 401]);

    await revokeKey(api.database.db, parseKey(known)!.id);
    await untilStatus(429, known);
  });

  test("count for the address that a trusted proxy names, and for the proxy itself where none is trusted", async () => {
    await start({ auth: { maxBadKeys: 1 }, trustProxy: 1 });
    await newKey(api.database.db, "default", "read");
    const from = async (address: string) => (await ask("lsk_1", "/v1/jobs", { "x-forwarded-for": address })).status;
    expect([await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.2")]).toEqual([401, 429, 401]);
    await api.close();

    await start({ auth: { maxBadKeys: 1 } });
    await newKey(api.database.db, "default", "read");
    expect([await from("192.0.2.1"), await from("192.0.2.2")]).toEqual([401, 429]);
  });
});

describe("a key that was chosen from outside", () => {
  const chosen = (id: string) => ({ id, secret: "only-for-tests-only-for-tests-only-for-tests-1" });
  const read = () => api.database.db.selectFrom("api_keys").select(["id", "revoked_at"]).orderBy("id").execute();

  test("is stored once, replaces the one before, and stays revoked", async () => {
    await start();
    const db = api.database.db;
    await bootstrapKey(db, chosen("aaaaaaaa"));
    await bootstrapKey(db, chosen("aaaaaaaa"));
    expect(await read()).toEqual([{ id: "aaaaaaaa", revoked_at: null }]);
    expect(await statusFor(`lsk_aaaaaaaa_${chosen("").secret}`, "/v1/workers")).toBe(200);

    await bootstrapKey(db, chosen("bbbbbbbb"));
    expect(await read()).toEqual([
      { id: "aaaaaaaa", revoked_at: expect.any(Date) },
      { id: "bbbbbbbb", revoked_at: null },
    ]);
    await revokeKey(db, "bbbbbbbb");
    await bootstrapKey(db, chosen("bbbbbbbb"));
    expect((await read())[1]!.revoked_at).toEqual(expect.any(Date));
    await expect(bootstrapKey(db, { ...chosen("bbbbbbbb"), secret: "x".repeat(43) })).rejects.toThrow("another key");
  });
});
