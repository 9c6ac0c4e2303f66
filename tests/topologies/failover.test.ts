import { once } from "node:events";
import { kill } from "node:process";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { removeDataDir } from "@longshore/stack/postgres/place-data";
import { createScratchDataDir } from "@longshore/stack/scratch-services";
import { startProxy } from "../faults/start-proxy.ts";
import { startSentinels } from "./start-sentinels.ts";

it("a connection that hears of a failover while it asks for the master is there again", async () => {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = createScratchDataDir();
  cleanup.defer(() => removeDataDir(dataDir));
  const sentinels = cleanup.use(await startSentinels(dataDir));
  const [, credentials, sentinel, rest] = /^(.+@)([^,]+),[^/]+(\/.+)$/.exec(sentinels.url)!;
  const proxy = cleanup.use(await startProxy(`redis://${sentinel}`));
  const { host, hostname, port } = new URL(proxy.url);

  const url = credentials + host + rest;
  const model = connectRedis({ url, name: "ours", commandTimeoutMs: 1_000, onError: () => {} }) as Redis;
  // Asks only the sentinel behind the proxy, and for as long as it takes.
  const redis = model.duplicate({ updateSentinels: false, sentinelCommandTimeout: 60_000 });
  model.disconnect();
  cleanup.defer(() => redis.disconnect());
  redis.on("error", () => {});
  await once(redis, "ready");

  const observer = new Redis({
    host: hostname,
    port: Number(port),
    password: redis.options.sentinelPassword!,
    enableReadyCheck: false,
  });
  cleanup.defer(() => observer.disconnect());
  await waitFor("the sentinel to be listened to", async () =>
    String(await observer.client("LIST")).includes(" sub=1 "),
  );
  await observer.subscribe("+switch-master");
  proxy.set("newcomers held");
  kill(await sentinels.master(), "SIGKILL");
  await once(observer, "message");
  proxy.set("open");

  await once(redis, "ready", { signal: AbortSignal.timeout(20_000) });
  expect(await redis.ping()).toBe("PONG");
});
