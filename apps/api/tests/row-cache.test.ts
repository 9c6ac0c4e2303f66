import { setImmediate } from "node:timers/promises";
import { createRowCache, type RowCache } from "@longshore/shared/cache/create-row-cache";
import type { ReadRow } from "@longshore/shared/cache/create-read-cache";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "./gated-world.ts";

type Instance = Pick<RowCache, "fence"> & { read: ReadRow; cut: boolean };

let database: TestDatabase;
let redises: [TestRedis, TestRedis];
beforeAll(async () => {
  database = await createTestDatabase();
  redises = [await createTestRedis(), await createTestRedis()];
  for (const { commands } of redises) commands.setMaxListeners(0);
});
afterAll(() => Promise.all([database.close(), ...redises.map((redis) => redis.close())]));

let worlds = 0;
const inWorld = new Map<string, World>();

function createWorld(): { world: World; row: { tenant: string; id: number } } {
  const world = new World();
  const tenant = `tenant-${(worlds += 1)}`;
  inWorld.set(tenant, world);
  return { world, row: { tenant, id: 1 } };
}

/** Two processes that use the same cache, each over its own connection, which can be cut. */
function startInstances(cache: string, { epochLeaseMs = 500, patienceMs = 300 } = {}): [Instance, Instance] {
  return redises.map(({ commands }): Instance => {
    const instance: Instance = { cut: false } as Instance;
    const redis = new Proxy(commands, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        if (instance.cut && ["eval", "mget", "info"].includes(String(name)))
          return () => Promise.reject(new Error("the connection is cut"));
        return value.bind(target) as unknown;
      },
    });
    const { reader, fence } = createRowCache(
      { db: database.db, redis, onError: () => {} },
      { namespace: redises[0].namespace, cache, epochLeaseMs },
    );
    instance.fence = fence;
    instance.read = reader({
      ttlMs: 60_000,
      patienceMs,
      load: (rows) => Promise.all(rows.map(({ tenant }) => inWorld.get(tenant)!.load())),
    });
    return instance;
  }) as [Instance, Instance];
}

/** Everything that was sent to Redis by now has been answered. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(redises.map(({ commands }) => commands.ping()));
    await setImmediate();
  }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await settle();
}

/** Reads until Redis has the row. */
async function warm({ read }: Instance, row: { tenant: string; id: number }): Promise<void> {
  while ((await read(row)).use !== "hit") await settle();
}

type Step =
  | { does: "read"; by: number }
  | { does: "write"; by: number; all: boolean }
  | { does: "settle" }
  | { does: "cut" }
  | { does: "beforeRead" | "afterRead" | "beforeCommit" | "afterCommit"; at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant("read" as const), by: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("write" as const), by: fc.nat(1), all: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("settle" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom(
        "beforeRead" as const,
        "afterRead" as const,
        "beforeCommit" as const,
        "afterCommit" as const,
      ),
      at: fc.nat(3),
    }),
  },
);

/** Takes these steps, and finds a read that shows less than what was written, and answered, when it began. */
async function takeSteps(instances: readonly Instance[], steps: readonly Step[]): Promise<void> {
  const { world, row } = createWorld();
  let answered = 0;
  const reads: Promise<void>[] = [];
  const writes: Promise<void>[] = [];
  const read = ({ read: readRow }: Instance) => {
    const least = answered;
    reads.push(readRow(row).then(({ text }) => expect(Number(text)).toBeGreaterThanOrEqual(least)));
  };
  const write = ({ fence }: Instance, all: boolean) => {
    const written = fence.around(all ? { tenant: row.tenant } : row, () => world.write());
    writes.push(written.then((version) => void (answered = Math.max(answered, version))));
  };
  for (const next of steps) {
    if (next.does === "read") read(instances[next.by]!);
    else if (next.does === "write") write(instances[next.by]!, next.all);
    else if (next.does === "settle") await settle();
    else if (next.does === "cut") instances[0]!.cut = true;
    else world[next.does].let(next.at);
  }
  // Writers that still wait are dead: what they committed must be seen.
  world.openReads();
  await Promise.all(reads);
  answered = instances[0]!.cut ? answered : world.version;
  await settle();
  for (const instance of instances) read(instance);
  await Promise.all(reads);
  world.beforeCommit.open();
  world.afterCommit.open();
  await Promise.all(writes);
  for (const instance of instances) read(instance);
  await Promise.all(reads);
}

describe("two processes over one cache", () => {
  let instances: [Instance, Instance];
  beforeAll(() => {
    instances = startInstances("pair");
  });

  it("read a row once, however often and wherever it is asked for", async () => {
    const { world, row } = createWorld();
    const patient = startInstances("patient", { epochLeaseMs: 60_000, patienceMs: 60_000 });
    const reads = Array.from({ length: 1_000 }, (_, n) => patient[n % 2]!.read(row));
    await until(() => world.beforeRead.waiting.length > 0);
    world.openReads();
    const found = await Promise.all(reads);
    expect(found.every(({ text }) => text === "0")).toBe(true);
    expect(world.loads).toBe(1);
    expect((await patient[1].read(row)).use).toBe("hit");
  });

  it("never show what a read had found that was slower than a write", async () => {
    const { world, row } = createWorld();
    const slow = instances[0].read(row);
    await until(() => world.beforeRead.waiting.length === 1);
    world.beforeRead.open();
    await until(() => world.afterRead.waiting.length === 1);

    world.beforeCommit.open();
    world.afterCommit.open();
    await instances[1].fence.around(row, () => world.write());
    world.afterRead.open();
    expect((await slow).text).toBe("0");
    await settle();
    for (const { read } of instances) expect((await read(row)).text).toBe("1");
  });

  it("do not keep what was read between a write's first step and its last", async () => {
    const { world, row } = createWorld();
    world.openReads();
    await warm(instances[0], row);
    world.afterCommit.open();
    const writing = instances[0].fence.around(row, () => world.write());
    await until(() => world.beforeCommit.waiting.length === 1);
    expect(await instances[1].read(row)).toEqual({ text: "0", use: "bypass" });
    world.beforeCommit.open();
    await writing;
    for (const { read } of instances) expect((await read(row)).text).toBe("1");
  });

  it("show what was written by a process that died after its commit", async () => {
    const { world, row } = createWorld();
    world.openReads();
    await warm(instances[0], row);
    world.beforeCommit.open();
    void instances[0].fence.around(row, () => world.write());
    await until(() => world.version === 1);
    for (const { read } of instances) expect(await read(row)).toEqual({ text: "1", use: "bypass" });
  });

  it("show what was written although another writer of the row is done", async () => {
    const { world, row } = createWorld();
    world.openReads();
    await warm(instances[0], row);
    world.afterCommit.open();
    const first = instances[0].fence.around(row, () => world.write());
    await until(() => world.beforeCommit.waiting.length === 1);
    const second = instances[1].fence.around(row, () => world.write());
    await until(() => world.beforeCommit.waiting.length === 2);
    world.beforeCommit.let(1);
    await second;
    expect(await instances[1].read(row)).toEqual({ text: "1", use: "bypass" });
    world.beforeCommit.let(0);
    await first;
    await warm(instances[1], row);
    expect((await instances[0].read(row)).text).toBe("2");
  });

  it("forget all rows of a tenant that an import writes, and no other's", async () => {
    const [one, other] = [createWorld(), createWorld()];
    for (const { world, row } of [one, other]) {
      world.openReads();
      await warm(instances[0], row);
    }
    one.world.beforeCommit.open();
    one.world.afterCommit.open();
    await instances[1].fence.around({ tenant: one.row.tenant }, () => one.world.write());
    expect(await instances[0].read(one.row)).toEqual({ text: "1", use: "miss" });
    expect(await instances[0].read(other.row)).toEqual({ text: "0", use: "hit" });
  });

  it("use the cache again after a write that was refused", async () => {
    const { world, row } = createWorld();
    world.openReads();
    const refused = new Error("refused");
    await expect(instances[0].fence.around(row, () => Promise.reject(refused))).rejects.toBe(refused);
    await warm(instances[1], row);
    expect(world.loads).toBeGreaterThan(0);
  });

  it("leave the cache alone after a write of which nobody knows what became", async () => {
    const { world, row } = createWorld();
    world.openReads();
    await warm(instances[0], row);
    const lost = new Error("Connection terminated unexpectedly");
    await expect(instances[0].fence.around(row, () => Promise.reject(lost))).rejects.toBe(lost);
    world.version = 1;
    expect(await instances[1].read(row)).toEqual({ text: "1", use: "bypass" });
  });

  it("believe nothing that Redis had before it was started anew", async () => {
    const { world, row } = createWorld();
    world.openReads();
    await warm(instances[0], row);
    const key = `{${redises[0].namespace}:cache:pair}:${row.id}:${row.tenant}`;
    const kept = (await redises[0].commands.get(key))!;
    await redises[0].commands.set(key, kept.replace(/^=(\d+) \w+/, "=$1 anotherrun"));
    world.version = 1;
    expect((await instances[0].read(row)).text).toBe("1");
  });

  it("never show less than what was written when a read began, in whatever order things happen", async () => {
    const steps = fc.array(step, { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, (taken) => takeSteps(instances, taken)),
      { numRuns: 150 },
    );
  });
});

describe("a process that cannot reach Redis", () => {
  it("reads without the cache, and has what it writes seen by those who can", async () => {
    const [cut, other] = startInstances("cut");
    const { world, row } = createWorld();
    world.openReads();
    world.beforeCommit.open();
    world.afterCommit.open();
    await warm(other, row);

    cut.cut = true;
    expect(await cut.read(row)).toEqual({ text: "0", use: "bypass" });
    await cut.fence.around(row, () => world.write());
    expect(await other.read(row)).toEqual({ text: "1", use: "bypass" });

    // The suspension ends. What Redis has is as old as before it.
    await database.db
      .updateTable("caches")
      .set({ suspended_until: new Date(0) })
      .where("cache", "=", "cut")
      .execute();
    await warm(other, row);
    expect((await other.read(row)).text).toBe("1");
  });

  it("has it seen also if it was there at the start of the write and not at its end", async () => {
    const [cut, other] = startInstances("half");
    const { world, row } = createWorld();
    world.openReads();
    world.afterCommit.open();
    await warm(other, row);
    const writing = cut.fence.around(row, () => world.write());
    await until(() => world.beforeCommit.waiting.length === 1);
    cut.cut = true;
    world.beforeCommit.open();
    await writing;
    expect(await other.read(row)).toEqual({ text: "1", use: "bypass" });
  });

  it("never has anybody read less than what it wrote, whenever that begins", async () => {
    const steps = fc.tuple(fc.array(step, { maxLength: 15 }), fc.array(step, { minLength: 5, maxLength: 25 }));
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps, async ([before, after]) => {
        const instances = startInstances(`cut-${(runs += 1)}`, { epochLeaseMs: 50 });
        await takeSteps(instances, [...before, { does: "cut" }, ...after]);
      }),
      { numRuns: 25 },
    );
  });

  it("refuses to write when PostgreSQL is away as well", async () => {
    const gone = await createTestDatabase();
    const { fence } = createRowCache(
      { db: gone.db, redis: failing(), onError: () => {} },
      { namespace: "gone", cache: "gone" },
    );
    await gone.close();
    let written = false;
    await expect(
      fence.around({ tenant: "default", id: 1 }, async () => {
        written = true;
      }),
    ).rejects.toThrow();
    expect(written).toBe(false);
  });
});

function failing() {
  return new Proxy(redises[0].commands, {
    get: (target, name) =>
      name === "eval" ? () => Promise.reject(new Error("the connection is cut")) : Reflect.get(target, name, target),
  });
}
