import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserView } from "../src/services/user-view.ts";
import { readJson } from "./http-fixture.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
let second: TestApi;
let counted: DatabaseHandle;
let waiting: DatabaseHandle;
/** Statements that read users, by either instance. */
let reads = 0;

beforeAll(async () => {
  const count = async (url: string) => (counted ??= countReads(url)).db;
  api = await startApi({ db: count });
  second = await startApi({ db: () => count(api.database.url), namespace: api.redis.namespace });
});
afterAll(async () => {
  await counted.close();
  await Promise.all([second.close(), api.close()]);
});

function countReads(url: string): DatabaseHandle {
  const database = createDatabase({ url, applicationName: "users-cache" });
  database.pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      if (/select .* join users/s.test(String(args[0]))) reads += 1;
      return query(...args);
    }) as typeof client.query;
  });
  return database;
}

let created = 0;
async function createUser(of: TestApi = api): Promise<UserView> {
  const response = await send("POST", `${of.url}/v1/users`, { email: `user${(created += 1)}@example.com`, name: "0" });
  return (await readJson(response)) as UserView;
}

function send(method: string, url: string, body?: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(url, { method, ...(body && { headers, body: JSON.stringify(body) }) });
}

async function read({ url }: TestApi, { id }: { id: number }) {
  const response = await fetch(`${url}/v1/users/${id}`);
  const { name } = await readJson(response);
  return { status: response.status, use: response.headers.get("x-cache"), name };
}

async function warm(of: TestApi, user: UserView): Promise<void> {
  await waitFor("a hit", async () => (await read(of, user)).use === "hit");
}

describe("a user that is read", () => {
  it("comes from PostgreSQL once, and from Redis through any instance", async () => {
    const user = await createUser();
    expect(await read(api, user)).toEqual({ status: 200, use: "miss", name: "0" });
    await warm(second, user);
    const before = reads;
    expect(await read(api, user)).toMatchObject({ use: "hit" });
    expect(reads).toBe(before);
  });

  it("is read once from PostgreSQL when a thousand ask for it at the same time", async () => {
    // However long a busy machine takes to hear them all.
    const options = { namespace: api.redis.namespace, userCache: { patienceMs: 60_000, epochLeaseMs: 60_000 } };
    const instances = await Promise.all([1, 2].map(() => startApi({ db: async () => counted.db, ...options })));
    const user = await createUser();
    const before = reads;
    const asked = Array.from({ length: 1_000 }, (_, n) => read(instances[n % 2]!, user));
    const answers = await Promise.all(asked);
    expect(answers.every(({ status, name }) => status === 200 && name === "0")).toBe(true);
    expect(reads - before).toBe(1);
    await Promise.all(instances.map((instance) => instance.close()));
  });

  it("is there as soon as it was created, also for whoever asked before", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id } = await createUser();
      const early = Array.from({ length: 20 }, () => read(second, { id: id + 1 }));
      const user = await createUser();
      expect((await read(second, user)).status).toBe(200);
      await Promise.all(early);
    }
  });

  it("is as it was last written, through the other instance, whatever reads are under way", async () => {
    const user = await createUser();
    for (let version = 1; version <= 60; version += 1) {
      const [writer, reader] = version % 2 === 0 ? [api, second] : [second, api];
      const noise = Array.from({ length: 10 }, (_, n) => read(n % 2 === 0 ? api : second, user));
      const written = await send("PATCH", `${writer.url}/v1/users/${user.id}`, { name: String(version) });
      expect(written.status).toBe(200);
      expect((await read(reader, user)).name).toBe(String(version));
      await Promise.all(noise);
      expect((await read(writer, user)).name).toBe(String(version));
    }
  });

  it("is gone through the other instance when it was removed", async () => {
    const user = await createUser();
    await warm(second, user);
    expect((await send("DELETE", `${api.url}/v1/users/${user.id}`)).status).toBe(204);
    expect((await read(second, user)).status).toBe(404);
  });

  it("is not shown to another tenant", async () => {
    const user = await createUser();
    await warm(api, user);
    await sql`update users set tenant = 'other' where id = ${user.id}`.execute(api.database.db);
    await api.redis.wipe();
    expect((await read(api, user)).status).toBe(404);
    expect((await send("PATCH", `${api.url}/v1/users/${user.id}`, { name: "mine" })).status).toBe(404);
    expect((await send("DELETE", `${api.url}/v1/users/${user.id}`)).status).toBe(404);
    expect(await readJson(await fetch(`${api.url}/v1/users?ids=${user.id}`))).toMatchObject({ missing: [user.id] });
  });

  it("by its id among many is looked up together with them", async () => {
    const users = await Promise.all(Array.from({ length: 50 }, () => createUser()));
    const url = `${api.url}/v1/users?ids=${users.map(({ id }) => id).join(",")}`;
    const before = reads;
    expect((await fetch(url)).headers.get("x-cache")).toBe("miss");
    expect(reads - before).toBe(1);
  });
});

describe("without Redis", () => {
  let away: RedisClient;
  let alone: TestApi;
  beforeAll(async () => {
    away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    alone = await startApi({ redis: away });
  });
  afterAll(async () => {
    await alone.close();
    away.disconnect();
  });

  it("users are read, written and removed", async () => {
    const user = await createUser(alone);
    expect(await read(alone, user)).toEqual({ status: 200, use: "bypass", name: "0" });
    const self = `${alone.url}/v1/users/${user.id}`;
    expect((await send("PATCH", self, { name: "1" })).status).toBe(200);
    expect(await read(alone, user)).toEqual({ status: 200, use: "bypass", name: "1" });
    expect((await send("PUT", self, { email: user.email, name: "2" })).status).toBe(200);
    expect((await send("DELETE", self)).status).toBe(204);
    expect((await read(alone, user)).status).toBe(404);
  });
});

it("with a time of 0 the cache is left out, and what is written is seen through those that have one", async () => {
  const off = await startApi({
    db: async () => counted.db,
    namespace: api.redis.namespace,
    userCache: { ttlMs: 0 },
  });
  const user = await createUser();
  await warm(api, user);
  expect(await read(off, user)).toMatchObject({ use: "bypass" });
  await send("PATCH", `${off.url}/v1/users/${user.id}`, { name: "1" });
  expect(await read(api, user)).toMatchObject({ name: "1" });
  await off.close();
});

it("a user that an import holds is answered as unavailable, and read as it was", async () => {
  const impatient = await startApi({
    db: async (url) => (waiting = createDatabase({ url, applicationName: "impatient", lockTimeoutMs: 50 })).db,
  });
  const user = await createUser(impatient);
  await impatient.database.db.transaction().execute(async (trx) => {
    await trx.updateTable("users").set({ name: "imported" }).where("id", "=", user.id).execute();
    const response = await send("PATCH", `${impatient.url}/v1/users/${user.id}`, { name: "1" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(await read(impatient, user)).toMatchObject({ name: "0" });
  });
  await waiting.close();
  await impatient.close();
});
