import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { startRedis } from "../src/redis/start-redis.ts";
import { endWithTest, scratchDataDir } from "./scratch-data-dir.ts";

function connect(url: string): Redis {
  const client = new Redis(url);
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

describe("startRedis", () => {
  test("refuses to write when memory is full, and evicts nothing", async () => {
    const redis = endWithTest(await startRedis({ dataDir: scratchDataDir() }));
    const client = connect(redis.url);
    await client.set("kept", "value");
    await client.config("SET", "maxmemory", "1");

    await expect(client.set("more", "value")).rejects.toThrow("OOM");
    expect(await client.get("kept")).toBe("value");
  });

  test("keeps through kill -9 what it acknowledged, when it syncs always", async () => {
    const dataDir = scratchDataDir();
    const first = endWithTest(await startRedis({ dataDir, appendfsync: "always" }));
    await connect(first.url).set("kept", "value");
    await first.kill();

    const second = endWithTest(await startRedis({ dataDir, port: first.port, appendfsync: "always" }));
    expect(await connect(second.url).get("kept")).toBe("value");
  });

  test("fails with the end of its log when it cannot start", async () => {
    const dataDir = scratchDataDir();
    const first = endWithTest(await startRedis({ dataDir }));
    await expect(startRedis({ dataDir: scratchDataDir(), port: first.port })).rejects.toThrow("Address already in use");
  });
});
