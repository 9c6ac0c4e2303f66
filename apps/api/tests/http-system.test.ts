import { afterEach, describe, expect, test } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createSystemRoutes, type SystemRoutesDeps } from "../src/routes/system.ts";
import { readJson, startFixture, type Fixture } from "./http-fixture.ts";

let fixture: Fixture;
afterEach(() => fixture.close());

async function start(deps: Partial<SystemRoutesDeps>): Promise<void> {
  fixture = await startFixture({ routes: createSystemRoutes({ checks: {}, isDraining: () => false, ...deps }) });
}

async function read(path: string) {
  const response = await fetch(fixture.url + path);
  return { status: response.status, body: await readJson(response) };
}

const up = async () => {};
const refused = () =>
  Promise.reject(Object.assign(new Error("connect ECONNREFUSED 10.0.0.7:5432"), { code: "ECONNREFUSED" }));
const silent = () => new Promise<void>(() => {});
const broken = () => {
  throw new Error("not even a promise");
};

describe("/livez", () => {
  test("touches no dependency", async () => {
    let touched = false;
    await start({ checks: { postgres: async () => void (touched = true) }, isDraining: () => true });
    expect(await read("/livez")).toEqual({ status: 200, body: { status: "ok" } });
    expect(touched).toBe(false);
  });
});

describe("/readyz", () => {
  test("is 200 while every required dependency is up", async () => {
    await start({ checks: { postgres: up } });
    const { status, body } = await read("/readyz");
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "ok",
      dependencies: { postgres: { status: "up", required: true, latencyMs: expect.any(Number) } },
    });
  });

  test.each([
    ["refuses", refused, "ECONNREFUSED"],
    ["is broken", broken, "error"],
    ["is silent for a second", silent, "timeout"],
  ])("is 503 when a required dependency %s, and names it without its address", async (_how, check, reason) => {
    await start({ checks: { postgres: check, other: up } });
    const { status, body } = await read("/readyz");
    expect([status, body.status]).toEqual([503, "unavailable"]);
    expect(body.dependencies).toMatchObject({ postgres: { status: "down", reason }, other: { status: "up" } });
    expect(JSON.stringify(body)).not.toContain("10.0.0.7");
  });

  test("is 200 and degraded when only an optional dependency is down", async () => {
    await start({ checks: { postgres: up }, optionalChecks: { redis: refused } });
    const { status, body } = await read("/readyz");
    expect([status, body.status]).toEqual([200, "degraded"]);
    expect(body.dependencies.redis).toMatchObject({ status: "down", required: false });
  });

  test("is 503 while draining, although everything is up", async () => {
    await start({ checks: { postgres: up }, isDraining: () => true });
    expect(await read("/readyz")).toMatchObject({ status: 503, body: { status: "draining" } });
  });
});

describe("/health", () => {
  test("names each dependency with its latency, and waits for all of them at once", async () => {
    const all = Promise.withResolvers<void>();
    let asked = 0;
    const others = () => ((asked += 1) === 2 && all.resolve(), all.promise);
    await start({ checks: { postgres: silent }, optionalChecks: { redis: others, mail: others } });
    const { status, body } = await read("/health");
    expect([status, body.status]).toEqual([503, "unavailable"]);
    expect(Object.keys(body.dependencies)).toEqual(["postgres", "redis", "mail"]);
    expect(body.dependencies.postgres.latencyMs).toBeGreaterThan(950);
    expect(body.dependencies).toMatchObject({ redis: { status: "up" }, mail: { status: "up" } });
  });

  test("is 200 while draining: nothing is wrong", async () => {
    await start({ checks: { postgres: up }, isDraining: () => true });
    expect(await read("/health")).toMatchObject({ status: 200, body: { status: "draining" } });
  });

  test("probes that arrive together share one round of checks", async () => {
    let rounds = 0;
    const waiting = Promise.withResolvers<void>();
    await start({ checks: { postgres: () => ((rounds += 1), waiting.promise) } });
    let arrived = 0;
    fixture.server.on("request", () => (arrived += 1));
    const probes = Array.from({ length: 20 }, () => read("/health"));
    await waitFor("all of them", async () => arrived === 20);
    waiting.resolve();
    await Promise.all(probes);
    expect(rounds).toBeLessThan(3);
  });

  test("probes are logged at debug", async () => {
    await start({ checks: { postgres: up } });
    await read("/readyz");
    expect(fixture.logs).toMatchObject([{ level: 20, path: "/readyz", status: 200 }]);
  });
});
