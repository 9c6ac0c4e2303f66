import { createRowCache, type RowCache } from "@longshore/shared/cache/create-row-cache";
import type { ReadRow } from "@longshore/shared/cache/create-read-cache";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { runChunk } from "../src/imports/run-chunk.ts";
import { stage } from "./stage.ts";

let database: TestDatabase;
let redis: TestRedis;
let cache: RowCache;
let readRow: ReadRow;
const row = { tenant: "default", id: 0 };

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const deps = { db: database.db, redis: redis.commands, onError: () => {} };
  cache = createRowCache(deps, { namespace: redis.namespace, cache: "users" });
  readRow = cache.reader({
    ttlMs: 60_000,
    async load(rows) {
      const users = await database.db.selectFrom("users").select(["id", "name"]).execute();
      return rows.map(({ id }) => users.find((user) => user.id === id)?.name);
    },
  });
});
afterAll(() => Promise.all([database.close(), redis.close()]));

beforeEach(async () => {
  await database.db.deleteFrom("users").execute();
  const user = { email: "ada@example.com", name: "Ada", updated_at: new Date(0) };
  row.id = (await database.db.insertInto("users").values(user).returning("id").executeTakeFirstOrThrow()).id;
  await waitFor("a hit", async () => (await readRow(row)).use === "hit");
});

async function importUsers(onConflict: "update" | "ignore", dryRun = false): Promise<void> {
  const chunk = ["ada", "bob"].map((name) => JSON.stringify({ email: `${name}@example.com`, name: "imported" }));
  const jobId = await stage(database.db, { dataset: "users", onConflict, dryRun, chunks: [chunk.join("\n")] });
  await runChunk(database, { jobId, seq: 0 }, { maxDeliveries: 3, fences: { users: cache.fence } });
}

it("an import that updates a user has it read anew, and says when it was changed", async () => {
  await importUsers("update");
  expect(await readRow(row)).toEqual({ text: "imported", use: "miss" });
  const { updated_at } = await database.db
    .selectFrom("users")
    .select("updated_at")
    .where("id", "=", row.id)
    .executeTakeFirstOrThrow();
  expect(updated_at.getTime()).toBeGreaterThan(0);
});

it("an import that updates nobody leaves the cache as it is", async () => {
  await importUsers("ignore");
  await importUsers("update", true);
  expect(await readRow(row)).toEqual({ text: "Ada", use: "hit" });
});

it("nobody reads a user from the cache while a worker commits it, nor if it dies of that", async () => {
  const { raise } = cache.fence;
  const dying = { raise, around: cache.fence.around };
  dying.raise = async (scope) => ({ ...(await raise(scope)), lower: () => new Promise<void>(() => {}) });
  const chunk = JSON.stringify({ email: "ada@example.com", name: "imported" });
  const jobId = await stage(database.db, { dataset: "users", onConflict: "update", chunks: [chunk] });
  void runChunk(database, { jobId, seq: 0 }, { maxDeliveries: 3, fences: { users: dying } });
  await waitFor("the import to end", async () => {
    const job = await database.db.selectFrom("jobs").select("state").where("id", "=", jobId).executeTakeFirst();
    return job?.state === "succeeded";
  });
  expect(await readRow(row)).toEqual({ text: "imported", use: "bypass" });
});
