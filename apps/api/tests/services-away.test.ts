import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { readTestConfig } from "@longshore/shared/testing/config";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { fillPath } from "./fill-path.ts";
import { readJson, type Json } from "./http-fixture.ts";
import { listExamples, listOperations, readCommitted, type Operation } from "./openapi-document.ts";
import { startApi, type TestApi } from "./start-api.ts";
import { startGate, type Gate } from "@longshore/shared/testing/start-gate";

/** No operation may take longer, whatever is away. */
const deadlineMs = 2_000;

const json = { "content-type": "application/json" };
const document = await readCommitted();
const operations = listOperations(document);

/** Those that have nothing to ask PostgreSQL for. */
const withoutPostgres = /^get \/(livez|errors|docs|openapi|metrics|v1\/(kinds|datasets$|workers))/;
/** Those that tell what is away, as what they are asked for. */
const aboutHealth = /^get \/(readyz|health)$/;

let api: TestApi;
let postgres: Gate;
let redis: Gate;
let database: DatabaseHandle;
let connection: RedisClient;
/** What paths name. */
let ids: Record<string, string>;

beforeAll(async () => {
  redis = await startGate(readTestConfig().REDIS_URL);
  // As `main.ts` has it.
  connection = connectRedis({ url: redis.url, name: "test", commandTimeoutMs: 1_000, onError: () => {} });
  await once(connection, "ready");
  api = await startApi({
    redis: connection,
    async db(url) {
      postgres = await startGate(url);
      database = createDatabase({ url: postgres.url, applicationName: "test" });
      return database.db;
    },
  });
  const job = await create("/v1/jobs", { kind: "sleep", payload: { durationMs: 1 } });
  const schedule = await create("/v1/schedules", {
    name: "often",
    kind: "sleep",
    payload: { durationMs: 1 },
    intervalMs: 60_000,
  });
  ids = { jobs: job.id, schedules: schedule.id };
});
afterEach(async () => {
  postgres.set("open");
  redis.set("open");
  await waitFor("all to be well again", async () => (await readJson(await fetch(`${api.url}/health`))).status === "ok");
});
afterAll(async () => {
  await api.close();
  connection.disconnect();
  await database.close();
  await Promise.all([postgres.close(), redis.close()]);
});

async function create(path: string, body: object): Promise<Json> {
  return readJson(await fetch(api.url + path, { method: "POST", headers: json, body: JSON.stringify(body) }));
}

/** Asks as the document shows it, and does not wait beyond the deadline. */
async function ask({ method, path, said }: Operation) {
  const [type, media] = Object.entries<Json>(said.requestBody?.content ?? {}).at(-1) ?? [];
  const [[, example] = []] = media ? listExamples(document, media) : [];
  const response = await fetch(api.url + fillPath(path, ids), {
    method: method.toUpperCase(),
    signal: AbortSignal.timeout(deadlineMs),
    ...(type && { headers: { "content-type": type } }),
    ...(type && { body: typeof example === "string" ? example : JSON.stringify(example) }),
  });
  const { status, headers } = response;
  const isProblem = headers.get("content-type")?.startsWith("application/problem+json");
  const code = isProblem ? (await readJson(response)).code : undefined;
  await response.body?.cancel().catch(() => {});
  return { status, code, retryAfter: headers.get("retry-after") };
}

const named = (some: readonly Operation[]) => some.map((operation) => [operation.name, operation] as const);

describe("without PostgreSQL", () => {
  /** Commits that are under way when it goes are another matter: see `lost-commit.test.ts`. */
  beforeEach(async () => {
    postgres.set("shut");
    await waitFor("the API to notice", async () => (await fetch(`${api.url}/health`)).status === 503);
  });

  const needy = operations.filter(({ name }) => !withoutPostgres.test(name) && !aboutHealth.test(name));

  test.each(named(needy))("%s is 503 in time, and says when to come back", async (_name, operation) => {
    const answer = await ask(operation);
    expect(answer).toMatchObject({ status: 503, code: "unavailable" });
    expect(Number(answer.retryAfter)).toBeGreaterThanOrEqual(1);
  });

  test.each(named(operations.filter(({ name }) => withoutPostgres.test(name))))(
    "%s is as ever",
    async (_name, operation) => {
      expect((await ask(operation)).status).toBe(200);
    },
  );

  test.each(named(operations.filter(({ name }) => aboutHealth.test(name))))("%s tells so", async (_name, operation) => {
    expect((await ask(operation)).status).toBe(503);
  });
});

describe.each(["shut", "hung"] as const)("while Redis is %s", (state) => {
  test.each(named(operations))("%s answers in time", async (_name, operation) => {
    redis.set(state);
    const { status, code, retryAfter } = await ask(operation);
    if (status < 500) return;
    expect({ status, code }).toEqual({ status: 503, code: "unavailable" });
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  });
});
