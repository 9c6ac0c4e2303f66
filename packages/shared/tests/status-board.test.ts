import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectRedis } from "../src/queue/connect-redis.ts";
import { bellChannel, createStatusBoard, type KeptView, type StatusBoard } from "../src/status/status-board.ts";
import { createTestRedis, type TestRedis } from "../src/testing/create-test-redis.ts";
import { waitFor } from "../src/testing/wait-for.ts";

let redis: TestRedis;
let board: StatusBoard;
let errors: unknown[];
beforeAll(async () => {
  redis = await createTestRedis();
});
beforeEach(async () => {
  await redis.wipe();
  errors = [];
  board = createStatusBoard(redis.commands, redis.namespace, (error) => errors.push(error));
});
afterAll(() => redis.close());

const view = (revision: number, changes: Partial<KeptView> = {}): KeptView => ({
  jobId: "a",
  tenant: "t",
  revision,
  text: `{"revision":${revision},"text":"é\\n"}`,
  ...changes,
});
const find = async (jobId = "a") => (await board.findViews([jobId]))[0];

describe("a view", () => {
  it("is found as it was kept, among others and in their order", async () => {
    await board.keepView(view(3));
    await board.keepView(view(1, { jobId: "b", tenant: "other" }));
    expect(await board.findViews(["b", "none", "a"])).toEqual([
      view(1, { jobId: "b", tenant: "other" }),
      undefined,
      view(3),
    ]);
  });

  it("moves forward only", async () => {
    await board.keepView(view(3));
    await board.keepView(view(2));
    expect(await find()).toEqual(view(3));
    await board.keepView(view(10));
    expect(await find()).toEqual(view(10));
  });

  it("is gone when it is forgotten, and cannot come back", async () => {
    await board.keepView(view(3));
    await board.forget("a", 4);
    expect(await find()).toBeUndefined();
    await board.keepView(view(3));
    expect(await find()).toBeUndefined();
    await board.keepView(view(6));
    expect(await find()).toEqual(view(6));
  });

  it("is kept for minutes only, and not at all when it is large", async () => {
    await board.keepView(view(3));
    expect(await redis.commands.pttl(`{${redis.namespace}:view}:a`)).toBeLessThanOrEqual(5 * 60_000);
    await board.keepView(view(1, { jobId: "b", text: "x".repeat(16 * 1024) }));
    expect(await find("b")).toBeDefined();
    await board.keepView(view(1, { jobId: "c", text: "x".repeat(16 * 1024 + 1) }));
    expect(await find("c")).toBeUndefined();
  });
});

describe("progress", () => {
  const progress = { done: 1, total: 2, unit: "steps", ratio: 0.5, rowsPerSecond: null, etaSeconds: null };

  it("is that of the run that asks", async () => {
    await board.publishProgress({ jobId: "a", delivery: 2 }, progress);
    const runs = [1, 2, 20].map((delivery) => ({ jobId: "a", delivery }));
    expect(await board.readProgress(runs)).toEqual([undefined, JSON.stringify(progress), undefined]);
  });
});

describe("the bell", () => {
  it("names all jobs at once, and is silent when there is none", async () => {
    const listener = redis.blocking.duplicate();
    const heard: string[] = [];
    listener.on("message", (_channel, jobIds: string) => heard.push(jobIds));
    await listener.subscribe(bellChannel(redis.namespace));
    await board.ring([]);
    await board.ring(["a", "b"]);
    await waitFor("the ring", async () => heard.length > 0);
    expect(heard).toEqual(["a b"]);
    listener.disconnect();
  });
});

describe("while Redis is away", () => {
  it("nothing is known, nothing rejects, and it is not asked again for a second", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 100, onError: () => {} });
    board = createStatusBoard(away, redis.namespace, (error) => errors.push(error));
    await Promise.all([board.ring(["a"]), board.keepView(view(1)), board.endProgress("a")]);
    expect(await board.findViews(["a"])).toEqual([undefined]);
    const failures = errors.length;
    expect(await board.readProgress([{ jobId: "a", delivery: 1 }])).toEqual([undefined]);
    expect(errors.length).toBe(failures);
    away.disconnect();
  });

  it("a view that was to be forgotten is, as soon as Redis is back", async () => {
    await board.keepView(view(3));
    const connection = redis.commands.duplicate({ lazyConnect: true });
    connection.on("error", () => {});
    const forgetful = createStatusBoard(connection, redis.namespace, (error) => errors.push(error));
    connection.disconnect();
    await forgetful.forget("a", 4);
    expect(await find()).toEqual(view(3));
    await connection.connect();
    await waitFor("it to be forgotten", async () => (await find()) === undefined);
    connection.disconnect();
  });
});
