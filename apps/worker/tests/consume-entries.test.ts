import { setTimeout } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createWorkerMetrics } from "../src/metrics/create-worker-metrics.ts";
import { consumeEntries, type ConsumeEntriesOptions, type EntryConsumer } from "../src/runtime/consume-entries.ts";

type Data = { n: number };

let redis: TestRedis;
let producer: Producer;
const consumers: EntryConsumer[] = [];
beforeAll(async () => {
  redis = await createTestRedis();
  producer = createProducer(redis.commands, redis.namespace);
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
  await redis.wipe();
});
afterAll(async () => {
  await producer.close();
  await redis.close();
});

function consume(options: Partial<ConsumeEntriesOptions<Data>> & Pick<ConsumeEntriesOptions<Data>, "process">) {
  const consumer = consumeEntries<Data>({
    redis: redis.blocking,
    namespace: redis.namespace,
    lockDurationMs: 1_000,
    metrics: createWorkerMetrics(),
    log: pino({ level: "silent" }),
    queue: "entries",
    hasRoom: () => true,
    ...options,
  });
  consumers.push(consumer);
  return consumer;
}

const add = (...ids: string[]) => producer.enqueue(ids.map((id) => ({ id, queue: "entries", data: { jobs: [id] } })));
const key = (name: string) => `{${redis.namespace}:entries}:entries:${name}`;

describe("a consumer of entries", () => {
  it("deals with each entry once, and leaves nothing behind", async () => {
    const seen: string[] = [];
    consume({ process: async ({ id }) => void seen.push(id) });
    const ids = Array.from({ length: 50 }, (_, n) => `entry-${n}`);
    await add(...ids);
    await waitFor("all of them", async () => seen.length === 50);
    expect(new Set(seen)).toEqual(new Set(ids));
    await waitFor("the queue to be empty", async () => (await redis.commands.exists(key("active"))) === 0);
    expect(await producer.knows("entries", ids)).toEqual(ids.map(() => false));
  });

  it("that has no room when it hears of an entry has another one hear of it", async () => {
    const seen: string[] = [];
    const idleMs = 60_000;
    let hasRoom = true;
    let asked = 0;
    consume({ idleMs, hasRoom: () => hasRoom, process: async ({ id }) => void seen.push(`full: ${id}`) });
    // Redis tells the one that has waited for longest.
    await setTimeout(100);
    consume({ idleMs, hasRoom: () => (asked += 1) > 0, process: async ({ id }) => void seen.push(`free: ${id}`) });
    await waitFor("both to wait", async () => asked > 0);
    await setTimeout(100);
    hasRoom = false;
    await add("one");
    await waitFor("it to be dealt with", async () => seen.length > 0);
    expect(seen).toEqual(["free: one"]);
  });

  it("that pauses, for PostgreSQL takes no writes, has another one hear of what it gave back", async () => {
    const seen: string[] = [];
    const idleMs = 60_000;
    const refused = Promise.withResolvers<never>();
    consume({
      idleMs,
      process({ id }) {
        seen.push(`pauses: ${id}`);
        return refused.promise;
      },
    });
    await add("one");
    await waitFor("it to be fetched", async () => seen.length > 0);
    // It waits for the next one, and has waited for longest.
    await setTimeout(100);
    consume({ idleMs, process: async ({ id }) => void seen.push(`goes on: ${id}`) });
    await setTimeout(100);
    refused.reject(Object.assign(new Error("cannot execute UPDATE in a read-only transaction"), { code: "25006" }));
    await waitFor("it to be dealt with", async () => seen.length > 1);
    expect(seen).toEqual(["pauses: one", "goes on: one"]);
  });

  it("with room for one never has two, and never stops short while there are more", async () => {
    let held = 0;
    let most = 0;
    let dealtWith = 0;
    const consumer = consume({
      hasRoom: (coming) => held + coming < 1,
      async process() {
        most = Math.max(most, (held += 1));
        await Promise.resolve();
        held -= 1;
        dealtWith += 1;
        consumer.wake();
      },
    });
    for (let round = 1; round <= 30; round += 1) {
      await add(`one-${round}`, `two-${round}`);
      await waitFor("both", async () => dealtWith === 2 * round, 1_500);
    }
    expect(most).toBe(1);
  });

  it("without room fetches nothing until it is woken", async () => {
    let room = false;
    const seen: string[] = [];
    const consumer = consume({ hasRoom: () => room, process: async ({ id }) => void seen.push(id) });
    await add("waits");
    await waitFor("it to wait", async () => (await redis.commands.llen(key("wait"))) === 1);
    room = true;
    consumer.wake();
    await waitFor("it to be fetched", async () => seen.length === 1);
  });

  it("is given an entry again, after a while, that it could not deal with", async () => {
    let tries = 0;
    consume({
      async process() {
        tries += 1;
        if (tries < 3) throw new Error("not yet");
      },
    });
    await add("again");
    await waitFor("the third try", async () => tries === 3);
    await waitFor("it to be over", async () => (await producer.knows("entries", ["again"]))[0] === false);
  });

  it("keeps an entry for longer than a lock lasts, and is told when it lost it", async () => {
    const over = Promise.withResolvers<void>();
    let deliveries = 0;
    let signal: AbortSignal | undefined;
    consume({
      process(_entry, lost) {
        deliveries += 1;
        signal ??= lost;
        return over.promise;
      },
    });
    await add("long");
    await waitFor("it to be fetched", async () => deliveries === 1);
    const until = performance.now() + 2_500;
    await waitFor("two and a half locks", async () => performance.now() > until);
    expect([deliveries, signal!.aborted]).toEqual([1, false]);

    await redis.commands.set(key("long:lock"), "somebody else", "PX", 10_000);
    await waitFor("the signal", async () => signal!.aborted);
    over.resolve();
  });

  it("that closes deals with what it has, and fetches no more", async () => {
    const over = Promise.withResolvers<void>();
    const seen: string[] = [];
    let held = 0;
    const consumer = consume({
      hasRoom: (coming) => held + coming < 1,
      async process({ id }) {
        held += 1;
        seen.push(id);
        await over.promise;
        held -= 1;
      },
    });
    await add("first", "second");
    await waitFor("the first", async () => seen.length === 1);
    const closed = consumer.close();
    over.resolve();
    await closed;
    expect(seen).toEqual(["first"]);
    expect(await redis.commands.llen(key("wait"))).toBe(1);
    expect(await redis.commands.llen(key("active"))).toBe(0);
  });
});
