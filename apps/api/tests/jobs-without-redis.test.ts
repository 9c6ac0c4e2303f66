import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import type { JobView } from "@longshore/shared/status/job-view";
import { readTestConfig } from "@longshore/shared/testing/config";
import { startGate } from "@longshore/shared/testing/start-gate";
import { startApi } from "./start-api.ts";

function submit(url: string): Promise<Response> {
  return fetch(`${url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "sleep", payload: { durationMs: 1 } }),
  });
}

describe("a submitted job", () => {
  it("is accepted while Redis is away: the tables have it", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    const lonely = await startApi({ redis: away });
    try {
      const response = await submit(lonely.url);
      expect(response.status).toBe(202);
      const job = (await response.json()) as JobView;
      const answer = await fetch(`${lonely.url}/v1/jobs/${job.id}`);
      expect(await answer.json()).toMatchObject({ id: job.id, state: "queued" });
    } finally {
      away.disconnect();
      await lonely.close();
    }
  });

  it("is accepted while Redis hangs, and does not wait for it", async () => {
    const commandTimeoutMs = 60_000;
    const gate = await startGate(readTestConfig().REDIS_URL);
    const redis = connectRedis({ url: gate.url, name: "hanging", commandTimeoutMs, onError: () => {} });
    await once(redis, "ready");
    const slow = await startApi({ redis });
    try {
      gate.set("hung");
      // Had one of them to wait for a command that is not answered, this test would run out of time.
      for (let sent = 0; sent < 20; sent += 1) {
        const { status } = await submit(slow.url);
        expect(status).toBe(202);
      }
      const { n } = await slow.database.db
        .selectFrom("jobs")
        .select(({ fn }) => fn.countAll<number>().as("n"))
        .executeTakeFirstOrThrow();
      expect(n).toBe(20);
    } finally {
      redis.disconnect();
      await gate.close();
      await slow.close();
    }
  });
});
