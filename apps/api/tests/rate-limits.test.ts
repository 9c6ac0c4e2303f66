import { once } from "node:events";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { readTestConfig } from "@longshore/shared/testing/config";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { anyone } from "../src/http/caller.ts";
import { createHttpApp } from "../src/http/create-http-app.ts";
import type { Guard } from "../src/http/guard.ts";
import { listen } from "../src/http/http-server.ts";
import { limitRate, type RateLimits } from "../src/http/limits/limit-rate.ts";
import { defineRoute, type Route } from "../src/http/route.ts";
import { startGate, type Gate } from "@longshore/shared/testing/start-gate";

const log = pino({ level: "silent" });
let redis: TestRedis;
let gate: Gate;
let ports: number[];
let cleanUp: (() => Promise<unknown>)[];
beforeAll(async () => {
  redis = await createTestRedis();
  gate = await startGate(readTestConfig().REDIS_URL);
});
afterAll(() => Promise.all([redis.close(), gate.close()]));
beforeEach(async () => {
  cleanUp = [];
  await redis.wipe();
});
afterEach(async () => {
  gate.set("open");
  await Promise.all(cleanUp.map((close) => close()));
});

const route = (path: string, rest: Partial<Pick<Route, "cost" | "scope">> = {}) =>
  defineRoute({
    operationId: path.slice(1),
    method: "get",
    path,
    tags: [],
    scope: "read",
    summary: path,
    responses: { 200: { description: "Done.", schema: z.literal("done") } },
    handler: () => ({ status: 200, body: "done" }),
    ...rest,
  });
const routes = [
  route("/one"),
  route("/ten", { cost: 10 }),
  route("/free", { cost: 0 }),
  route("/probe", { scope: "public" }),
];

/** Believes a client that says which key it has. */
const believe: Guard = (req) => {
  const [tenant, keyId] = String(req.headers["x-key"] ?? "").split("/");
  if (tenant && keyId) Object.assign(req, { caller: { ...anyone, tenant, keyId } });
};

/** So many processes that share a Redis. */
async function start(limits: Partial<RateLimits>, { processes = 1, commandTimeoutMs = 200 } = {}): Promise<void> {
  ports = await Promise.all(
    Array.from({ length: processes }, async () => {
      const own = connectRedis({ url: gate.url, name: "test", commandTimeoutMs, onError: () => {} });
      await once(own, "ready");
      const limit = limitRate(
        { redis: own, namespace: redis.namespace },
        { points: 0, addressPoints: 0, windowMs: 60_000, ...limits },
      );
      const app = createHttpApp({ routes, log, info: { title: "", version: "" }, guards: [believe, limit] });
      const server = await listen(app, { host: "127.0.0.1", port: 0, log, maxConnections: 100, closeTimeoutMs: 100 });
      cleanUp.push(server.close, async () => own.disconnect());
      return server.port;
    }),
  );
}

async function ask(path: string, { key = "", process = 0 } = {}) {
  const response = await fetch(`http://127.0.0.1:${ports[process]}${path}`, { headers: key ? { "X-Key": key } : {} });
  const { headers } = response;
  const { code } = (await response.json()) as { code?: string };
  const [limit, policy, retryAfter] = ["ratelimit", "ratelimit-policy", "retry-after"].map((name) => headers.get(name));
  return { status: response.status, limit, policy, retryAfter, code };
}

const left = ({ limit }: { limit?: string | null | undefined }) => Number(/r=(\d+)/.exec(limit ?? "")?.[1]);

describe("a key", () => {
  test("may spend its points and is then refused, and told when to come back", async () => {
    await start({ points: 3 });
    for (const remaining of [2, 1, 0]) {
      const answer = await ask("/one", { key: "acme/1" });
      expect(answer).toMatchObject({ status: 200, policy: '"default";q=3;w=60' });
      expect(answer.limit).toMatch(new RegExp(`^"default";r=${remaining};t=(60|5\\d)$`));
    }
    const refused = await ask("/one", { key: "acme/1" });
    expect(refused).toMatchObject({ status: 429, code: "rate_limited", policy: '"default";q=3;w=60' });
    expect(refused.limit).toMatch(/^"default";r=0;t=\d+$/);
    expect(refused.retryAfter).toBe(/t=(\d+)/.exec(refused.limit!)![1]);
  });

  test("has them again in the next window", async () => {
    await start({ points: 1, windowMs: 3_000 });
    expect((await ask("/one", { key: "acme/1" })).status).toBe(200);
    const refused = await ask("/one", { key: "acme/1" });
    expect(refused).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^[123]$/) });
    await waitFor("the next window", async () => (await ask("/one", { key: "acme/1" })).status === 200);
  });

  test("has them once, however many processes it asks at once", async () => {
    await start({ points: 50 }, { processes: 3 });
    const asked = Array.from({ length: 90 }, (_, n) => ask("/one", { key: "acme/1", process: n % 3 }));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  });

  test("takes none from another key, nor from a key of that name of another tenant", async () => {
    await start({ points: 1 });
    await ask("/one", { key: "acme/1" });
    for (const key of ["acme/2", "bolt/1"]) expect((await ask("/one", { key })).status).toBe(200);
    const keys = await redis.commands.keys(`${redis.namespace}:rate:*`);
    expect(keys.map((key) => key.slice(redis.namespace.length)).toSorted()).toEqual([
      ":rate:key:acme:1",
      ":rate:key:acme:2",
      ":rate:key:bolt:1",
    ]);
  });

  test("spends what a route costs, and nothing on what is free", async () => {
    await start({ points: 25 });
    const key = "acme/1";
    expect(left(await ask("/ten", { key }))).toBe(15);
    expect(left(await ask("/one", { key }))).toBe(14);
    for (const path of ["/free", "/probe"])
      expect(await ask(path, { key })).toMatchObject({ status: 200, limit: null });
    expect((await ask("/ten", { key })).status).toBe(200);
    expect((await ask("/ten", { key })).status).toBe(429);
    expect((await ask("/free", { key })).status).toBe(200);
  });

  test("may ask once in a window for what costs more than the whole limit", async () => {
    await start({ points: 5 });
    expect((await ask("/ten", { key: "acme/1" })).status).toBe(200);
    expect((await ask("/ten", { key: "acme/1" })).status).toBe(429);
  });
});

describe("without a key", () => {
  test("nothing is limited unless a limit for addresses is set", async () => {
    await start({ points: 1 });
    for (let n = 0; n < 3; n += 1) expect(await ask("/one")).toMatchObject({ status: 200, limit: null, policy: null });
    expect(await redis.commands.keys(`${redis.namespace}:rate:*`)).toEqual([]);
  });

  test("an address has its own limit", async () => {
    await start({ points: 1, addressPoints: 2 });
    expect(await ask("/one")).toMatchObject({ status: 200, policy: '"default";q=2;w=60' });
    expect((await ask("/one")).status).toBe(200);
    expect((await ask("/one")).status).toBe(429);
    expect((await ask("/one", { key: "acme/1" })).status).toBe(200);
  });
});

describe.each(["shut", "hung"] as const)("while Redis is %s", (state) => {
  test("each process limits by itself, and all of them together again afterwards", async () => {
    await start({ points: 10 }, { processes: 2 });
    const key = "acme/1";
    expect(left(await ask("/one", { key }))).toBe(9);
    gate.set(state);
    for (const process of [0, 1]) {
      for (const remaining of [9, 8, 7]) expect(left(await ask("/one", { key, process }))).toBe(remaining);
    }
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => ask("/one", { key })))).map(
      (answer) => answer.status,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(7);

    gate.set("open");
    await waitFor(
      "the count in Redis",
      async () =>
        (await ask("/one", { key, process: 1 })).status === 200 &&
        Number(await redis.commands.get(`${redis.namespace}:rate:key:${key.replace("/", ":")}`)) > 1,
    );
  });
});

test("while Redis hangs, only those wait for it who met the failure", { timeout: 30_000 }, async () => {
  await start({ points: 1_000 }, { commandTimeoutMs: 1_000 });
  gate.set("hung");
  // A hundred timeouts would take longer than this test may.
  for (let n = 0; n < 100; n += 1) expect((await ask("/one", { key: "acme/1" })).status).toBe(200);
});
