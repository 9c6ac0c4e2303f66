import { afterAll, beforeAll, expect, test } from "vitest";
import { allowedHosts, readApiConfig } from "../src/config.ts";
import { openRaw } from "./http-fixture.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ allowedHosts: ["api.example.com", "*.example.org:8443"] });
});
afterAll(() => api.close());

async function statusFor(target: string, host?: string, version = "1.1"): Promise<number> {
  const head = [`GET ${target} HTTP/${version}`, ...(host === undefined ? [] : [`Host: ${host}`]), "Connection: close"];
  const answer = await openRaw(Number(new URL(api.url).port), head).closed;
  return Number(answer.split(" ")[1]);
}

test("the API answers under its names only, whatever is asked for", async () => {
  expect(await statusFor("/v1/kinds", "api.example.com")).toBe(200);
  expect(await statusFor("/v1/kinds", "a.example.org:8443")).toBe(200);
  for (const path of ["/v1/kinds", "/health", "/docs", "/nothing"])
    expect(await statusFor(path, "evil.example"), path).toBe(421);
  expect(await statusFor("/v1/kinds", "a.example.org")).toBe(421);
});

test("a request without a name is none, or is refused", async () => {
  expect(await statusFor("/v1/kinds")).toBe(400);
  expect(await statusFor("/v1/kinds", undefined, "1.0")).toBe(421);
});

test("probes come by address", async () => {
  expect([await statusFor("/livez", "10.0.0.7:8080"), await statusFor("/readyz", "10.0.0.7:8080")]).toEqual([200, 200]);
});

test("on loopback the API has its own names if it is given none, elsewhere any", () => {
  const servers = { DATABASE_URL: "postgres://127.0.0.1/longshore", REDIS_URL: "redis://127.0.0.1" };
  const namesOf = (env: NodeJS.ProcessEnv) => allowedHosts(readApiConfig({ ...servers, ...env }));
  expect(namesOf({})).toEqual(["localhost", "127.0.0.1", "[::1]"]);
  expect(namesOf({ HOST: "::1" })).toEqual(["localhost", "127.0.0.1", "[::1]"]);
  expect(namesOf({ HOST: "127.0.0.2" })).toContain("127.0.0.2");
  expect(namesOf({ HOST: "0.0.0.0" })).toEqual([]);
  expect(namesOf({ ALLOWED_HOSTS: "api.example.com, *.example.org" })).toEqual(["api.example.com", "*.example.org"]);
  expect(() => namesOf({ ALLOWED_HOSTS: "https://example.com" })).toThrow("ALLOWED_HOSTS: must be names such as");
});

test("proxies are trusted by their number or their addresses, and never all of them", () => {
  const servers = { DATABASE_URL: "postgres://127.0.0.1/longshore", REDIS_URL: "redis://127.0.0.1" };
  const trustedBy = (TRUST_PROXY?: string) => readApiConfig({ ...servers, TRUST_PROXY }).TRUST_PROXY;
  expect([trustedBy(), trustedBy("2"), trustedBy("loopback, 10.1.0.0/16")]).toEqual([
    0,
    2,
    ["loopback", "10.1.0.0/16"],
  ]);
  expect(() => trustedBy("true")).toThrow("TRUST_PROXY: must be a number of proxies");
});
