import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectRedis } from "../src/queue/connect-redis.ts";
import type { RedisClient } from "../src/queue/redis-client.ts";
import { readTestConfig } from "../src/testing/config.ts";
import { startGate, type Gate } from "../src/testing/start-gate.ts";
import { waitFor } from "../src/testing/wait-for.ts";

let gate: Gate;
let redis: RedisClient;
beforeEach(async () => {
  gate = await startGate(readTestConfig().REDIS_URL);
  redis = connectRedis({ url: gate.url, name: "test", commandTimeoutMs: 500, onError: () => {} });
  await once(redis, "ready");
});
afterEach(async () => {
  redis.disconnect();
  await gate.close();
});

describe("a Redis that is silent", () => {
  test("is waited for once; then it is refused at once, whatever the command", async () => {
    gate.set("hung");
    await expect(redis.get("any")).rejects.toThrow("Command timed out");
    // Waiting for each would take longer than this test may.
    for (let n = 0; n < 100; n += 1) await expect(redis.get("any")).rejects.toThrow("Redis does not answer");
    const [[error] = []] = (await redis.pipeline().get("any").exec()) ?? [];
    expect(error).toMatchObject({ message: "Redis does not answer" });
    await expect(redis.eval("return 1", 0)).rejects.toThrow("Redis does not answer");
  });

  test("is asked again when it answers", async () => {
    gate.set("hung");
    await expect(redis.get("any")).rejects.toThrow("Command timed out");
    gate.set("open");
    await waitFor("an answer", async () => redis.echo("there").catch(() => undefined));
  });
});

test("a Redis that is gone refuses at once, and is asked again when it is back", async () => {
  gate.set("shut");
  await waitFor("the connection to break", async () => redis.status !== "ready");
  await expect(redis.get("any")).rejects.toThrow("Stream isn't writeable");
  gate.set("open");
  await waitFor("an answer", async () => redis.echo("there").catch(() => undefined));
});
