import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSender, type Sender } from "./hour/create-sender.ts";
import { many } from "./hour/many.ts";
import type { World } from "./hour/mix-jobs.ts";
import { readRedis, type Holding } from "./hour/read-redis.ts";
import { runSchedules } from "./hour/run-schedules.ts";
import { sendMinutes } from "./hour/send-minutes.ts";
import { startReceiver } from "./hour/start-receiver.ts";
import { inspectable, watchHeap, type Heap } from "./hour/watch-heap.ts";
import { untilAllIsOver } from "./read-truth.ts";
import { startFaultStack, type FaultStack } from "./start-fault-stack.ts";

const MiB = 1024 * 1024;
/** What 40 bytes more for each job would come to. */
const heapMayGrow = 2 * MiB;
const redisMayGrow = MiB;
/** BullMQ keeps about the last 10,000 events of a queue, a hundred to a node. */
const mostEvents = 10_100;
const viewsKeptMs = 5 * 60_000;

const settings = {
  ...inspectable,
  WORKERS: "2",
  LOCK_DURATION_MS: "",
  IMPORT_CONCURRENCY: "",
  FETCH_ALLOW_PRIVATE: "127.0.0.0/8",
};

type Heaps = { api: Heap; workers: Heap[] };
type Measured = { api: number; workers: number; redis: Holding };

let early: Measured;
let late: Measured;
const cleanup = new AsyncDisposableStack();
beforeAll(async () => {
  const stack = cleanup.use(await startFaultStack(settings));
  const { url } = cleanup.use(await startReceiver());
  const sender = createSender(stack.url);
  const watch = async (name: string) => cleanup.use(await watchHeap(stack, name));
  const heaps = { api: await watch("api"), workers: [await watch("worker-1"), await watch("worker-2")] };
  const world = { url, users: await createUsers(sender, 100) };

  early = await measureAfter(stack, { sender, world, heaps, minutes: 12 });
  late = await measureAfter(stack, { sender, world, heaps, minutes: 48 });
}, 300_000);
afterAll(() => cleanup.disposeAsync());

async function createUsers({ send }: Sender, count: number): Promise<number[]> {
  const created = many(count, (n) =>
    send<{ id: number }>("POST", "/v1/users", { email: `${n}@users.example`, name: "Ada Lovelace" }),
  );
  return (await Promise.all(created)).map(({ id }) => id);
}

type Load = { sender: Sender; world: World; heaps: Heaps; minutes: number };

/** Measures when what came in so many minutes is over, and nobody is connected. */
async function measureAfter(stack: FaultStack, { sender, world, heaps, minutes }: Load): Promise<Measured> {
  {
    await using _schedules = await runSchedules(sender, 10);
    await sendMinutes(sender, world, minutes);
  }
  await untilAllIsOver(stack.database);
  sender.rest();
  const [one, other] = await Promise.all(heaps.workers.map((heap) => heap.read()));
  return { api: await heaps.api.read(), workers: one! + other!, redis: await readRedis(stack) };
}

const inMiB = (bytes: number) => (bytes / MiB).toFixed(1);

describe("from a fifth of an hour's load to all of it: 64,000 jobs of all kinds, 360 imports, 20,000 polls, 720 streams", () => {
  it.each(["api", "workers"] as const)("the heap of the %s does not grow", (app) => {
    process.stdout.write(`An hour of load, in use of the ${app}: ${inMiB(early[app])} → ${inMiB(late[app])} MiB\n`);
    expect(late[app] - early[app]).toBeLessThan(heapMayGrow);
  });

  it("Redis has no more keys and no more memory in use, but for what goes by itself within minutes", () => {
    const { lasting, passing, events, bytes } = late.redis;
    const gone = Object.entries(passing).map(([kind, { count, leftMs }]) => `${count} ${kind} for ${leftMs} ms`);
    process.stdout.write(`Redis: ${inMiB(early.redis.bytes)} → ${inMiB(bytes)} MiB, and ${gone.join(", ")}\n`);
    expect(lasting).toEqual(early.redis.lasting);
    expect(Math.max(...events)).toBeLessThan(mostEvents);
    expect(bytes - early.redis.bytes).toBeLessThan(redisMayGrow);
    const crowds = Object.values(passing).filter(({ count }) => count > 10);
    expect(Math.max(...crowds.map(({ leftMs }) => leftMs))).toBeLessThanOrEqual(viewsKeptMs);
  });
});
