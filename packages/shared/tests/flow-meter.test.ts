import { afterAll, beforeAll, expect, it } from "vitest";
import { connectRedis } from "../src/queue/connect-redis.ts";
import { createFlowMeter } from "../src/status/flow-meter.ts";
import { createTestRedis, type TestRedis } from "../src/testing/create-test-redis.ts";
import { waitFor } from "../src/testing/wait-for.ts";

let redis: TestRedis;
beforeAll(async () => {
  redis = await createTestRedis();
});
afterAll(() => redis.close());

const jobs = (kind: string, count: number) =>
  Array.from({ length: count }, () => ({ kind, state: "succeeded" as const }));

it("the flow of a queue is that of the last minute, of all processes together", async () => {
  let now = 1_800_000_000_000;
  const [one, other] = [1, 2].map(() => createFlowMeter(redis.commands, redis.namespace, () => now));
  one!.countIn([...jobs("sleep", 60), ...jobs("import", 6)]);
  one!.countOut(jobs("sleep", 30));
  other!.countIn(jobs("sleep", 60));
  await Promise.all([one!.flush(), other!.flush()]);

  expect(await one!.read()).toEqual(
    new Map([
      ["sleep", { inPerSecond: 2, outPerSecond: 0.5 }],
      ["imports", { inPerSecond: 0.1, outPerSecond: 0 }],
    ]),
  );
  now += 50_000;
  expect((await other!.read()).get("sleep")).toEqual({ inPerSecond: 2, outPerSecond: 0.5 });
  now += 20_000;
  expect(await other!.read()).toEqual(new Map());
});

it("what was counted is written without being asked for", async () => {
  const meter = createFlowMeter(redis.commands, redis.namespace);
  meter.countIn(jobs("sleep", 1));
  meter.countIn(jobs("sleep", 1));
  await waitFor("the flow", async () => (await meter.read()).get("sleep")?.inPerSecond);
});

it("counting never fails, and reading does, while Redis is away", async () => {
  const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
  const meter = createFlowMeter(away, redis.namespace);
  meter.countIn(jobs("sleep", 1));
  await meter.flush();
  await expect(meter.read()).rejects.toThrow();
  away.disconnect();
});
