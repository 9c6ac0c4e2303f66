import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { isAlive, startStack, type Stack } from "./start-stack.ts";

let database: TestDatabase;
let stack: Stack;
beforeAll(async () => {
  database = await createTestDatabase();
  stack = await startStack({ env: { DATABASE_URL: database.url, LONGSHORE_DEMO: "0", LOCK_DURATION_MS: "3000" } });
});
afterAll(async () => {
  await stack?.stop();
  await stack?.remove();
  await database?.close();
});

async function post(path: string, type: string, body: string): Promise<JobView> {
  const response = await fetch(stack.url + path, { method: "POST", headers: { "content-type": type }, body });
  expect(response.status).toBe(202);
  const job = (await response.json()) as JobView;
  expect(response.headers.get("location")).toBe(job.links.self);
  return job;
}

async function look(job: JobView): Promise<JobView> {
  return (await (await fetch(stack.url + job.links.self)).json()) as JobView;
}

function untilOver(job: JobView, withinMs?: number): Promise<JobView> {
  return waitFor(
    `job ${job.id} to end`,
    async () => {
      const now = await look(job);
      return isTerminal(now.state) && now;
    },
    withinMs,
  );
}

async function countUsers(like: string): Promise<number> {
  const { n } = await database.db
    .selectFrom("users")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .where("email", "like", like)
    .executeTakeFirstOrThrow();
  return n;
}

const user = (group: string, n: number) => ({ email: `${group}${n}@example.com`, name: `User ${n}` });
const users = (group: string, count: number) => Array.from({ length: count }, (_, n) => user(group, n));

describe("an import", () => {
  it.each<[string, string, (rows: ReturnType<typeof users>) => string]>([
    ["json", "application/json", (rows) => JSON.stringify(rows)],
    ["ndjson", "application/x-ndjson", (rows) => rows.map((row) => JSON.stringify(row)).join("\n")],
    ["csv", "text/csv", (rows) => ["email,name", ...rows.map(({ email, name }) => `${email},${name}`)].join("\r\n")],
  ])("of %s goes from the request into the table", async (group, type, format) => {
    const ended = await untilOver(await post("/v1/imports/users", type, format(users(group, 2_000))));
    expect(ended).toMatchObject({
      state: "succeeded",
      counts: { received: 2_000, inserted: 2_000, updated: 0, skipped: 0, rejected: 0 },
      progress: { done: 2_000, total: 2_000, ratio: 1 },
    });
    expect(await countUsers(`${group}%`)).toBe(2_000);
  });

  it("accounts for every row it did not apply", async () => {
    const rows = [...users("mixed", 5), user("mixed", 0), { email: "nobody", name: "X" }].map((row) =>
      JSON.stringify(row),
    );
    const ended = await untilOver(await post("/v1/imports/users", "application/x-ndjson", rows.join("\n")));
    expect(ended).toMatchObject({ state: "partially_succeeded", counts: { received: 7, inserted: 5, rejected: 2 } });
    const rejects = (await (await fetch(stack.url + ended.links.rejects!)).text()).trim().split("\n");
    expect(rejects.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { _row: 6, _code: "duplicate", _field: "email", email: "mixed0@example.com" },
      { _row: 7, _code: "invalid_format", _field: "email", email: "nobody" },
    ]);
  });

  it("survives the kill -9 of a worker: it ends, and every row is there once", async () => {
    const total = 150_000;
    const body = users("killed", total)
      .map((row) => JSON.stringify(row))
      .join("\n");
    const job = await post("/v1/imports/users", "application/x-ndjson", body);
    await waitFor("the import to be under way", async () => ((await look(job)).progress?.done ?? 0) > 0);
    const pid = stack.pids()["worker-1"]!;
    kill(pid, "SIGKILL");

    const ended = await untilOver(job, 60_000);
    expect(ended).toMatchObject({ state: "succeeded", counts: { received: total, inserted: total, rejected: 0 } });
    expect(await countUsers("killed%")).toBe(total);
    await waitFor(
      "the worker to be started again",
      async () => isAlive(stack.pids()["worker-1"] ?? 0) && stack.pids()["worker-1"] !== pid,
    );
  });
});

describe("rows that are read out", () => {
  const cities = [
    { name: 'Washington, "D.C."', country: "US", admin1: "DC", admin2: "", lat: 38.89511, lng: -77.03637 },
    { name: "Київ\nKyiv", country: "UA", admin1: "", admin2: "´ \\N", lat: 0.1 + 0.2, lng: -1e-7 },
    ...Array.from({ length: 2_500 }, (_, n) => ({
      name: `City ${n % 50}`,
      country: "XX",
      admin1: "1",
      admin2: "",
      lat: n / 30 - 40,
      lng: 0,
    })),
  ];
  const records = [{}, { a: { "é b": [1.5, null, true, "\u0001", 6.02e23] } }, ...cities, ...cities];

  it.each([
    ["cities", "application/x-ndjson", cities],
    ["cities", "text/csv", cities],
    ["records", "application/x-ndjson", records],
  ] as const)("of %s as %s and imported again are the same", async (dataset, type, rows) => {
    const read = async (accept: string) =>
      (await fetch(`${stack.url}/v1/datasets/${dataset}/rows`, { headers: { accept } })).text();
    const fill = async (contentType: string, body: string) => {
      await database.pool.query(`truncate ${dataset}`);
      const ended = await untilOver(await post(`/v1/imports/${dataset}`, contentType, body));
      expect(ended).toMatchObject({ state: "succeeded", counts: { inserted: rows.length } });
    };

    await fill("application/json", JSON.stringify(rows));
    await fill(type, await read(type));
    const lines = (await read("application/x-ndjson")).trim().split("\n");
    const inAnyOrder = (all: object[]) =>
      all.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();
    expect(inAnyOrder(lines.map((line) => JSON.parse(line) as object))).toEqual(inAnyOrder([...rows]));
  });
});

describe("a job", () => {
  const submit = (kind: string, payload: unknown) =>
    post("/v1/jobs", "application/json", JSON.stringify({ kind, payload }));

  it("of kind sleep shows how far it is, and ends", async () => {
    const job = await submit("sleep", { durationMs: 1_500 });
    const running = await waitFor("progress", async () => {
      const now = await look(job);
      return now.state === "running" && (now.progress?.done ?? 0) > 0 && now;
    });
    expect(running).toMatchObject({ attempt: 1, progress: { total: 1_500, unit: "ms" } });
    expect(await untilOver(job)).toMatchObject({ state: "succeeded", attempt: 1, error: null });
  });

  it("of kind users.process derives and stores a profile", async () => {
    await untilOver(await post("/v1/imports/users", "text/csv", "name,email\nGrace Hopper,grace@navy.example\n"));
    const { id: userId } = await database.db
      .selectFrom("users")
      .select("id")
      .where("email", "=", "grace@navy.example")
      .executeTakeFirstOrThrow();
    expect(await untilOver(await submit("users.process", { userId }))).toMatchObject({
      state: "succeeded",
      result: { userId, displayName: "Grace Hopper", initials: "GH", emailDomain: "navy.example" },
    });
    const profile = await database.db
      .selectFrom("user_profiles")
      .selectAll()
      .where("user_id", "=", userId)
      .executeTakeFirstOrThrow();
    expect(profile).toMatchObject({ display_name: "Grace Hopper", initials: "GH", email_domain: "navy.example" });
  });

  it("that cannot succeed fails once and says why", async () => {
    expect(await untilOver(await submit("users.process", { userId: 999_999_999 }))).toMatchObject({
      state: "failed",
      attempt: 1,
      error: { code: "unrecoverable", message: "There is no user 999999999" },
    });
  });
});
