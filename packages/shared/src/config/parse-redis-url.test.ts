import { describe, expect, it } from "vitest";
import { parseRedisUrl } from "./parse-redis-url.ts";

const a = { host: "a", port: 1 };
const b = { host: "b", port: 26_379 };
const plain = { db: 0, isEncrypted: false };

describe("the URL of Redis", () => {
  it.each([
    ["redis://a", { kind: "server", url: "redis://a" }],
    ["rediss://user:pass@a:1/2", { kind: "server", url: "rediss://user:pass@a:1/2" }],
    ["redis+sentinel://a:1,b/main", { kind: "sentinel", name: "main", nodes: [a, b], ...plain }],
    [
      "rediss+sentinel://user:p%40ss@a:1/main/3?sentinelPassword=other",
      {
        kind: "sentinel",
        name: "main",
        nodes: [a],
        username: "user",
        password: "p@ss",
        sentinelPassword: "other",
        db: 3,
        isEncrypted: true,
      },
    ],
    ["redis+cluster://a:1", { kind: "cluster", nodes: [a], ...plain }],
    [
      "rediss+cluster://:pass@[::1]:1,b:26379/",
      { kind: "cluster", nodes: [{ host: "::1", port: 1 }, b], password: "pass", db: 0, isEncrypted: true },
    ],
  ])("%s leads somewhere", (url, place) => expect(parseRedisUrl(url)).toEqual(place));

  it.each([
    "",
    "a:1",
    "http://a",
    "redis+sentinel://a:1",
    "redis+sentinel://a:1/main/zero",
    "redis+sentinel://a:1/main/0/more",
    "redis+sentinel://a:1,/main",
    "redis+sentinel://a:b/main",
    "redis+sentinel://a:65536/main",
    "redis+sentinel://a:1/",
    "redis+cluster://a:1/1",
    "redis+cluster://",
    "redis+other://a:1",
  ])("%j leads nowhere", (url) => expect(parseRedisUrl(url)).toBeUndefined());
});
