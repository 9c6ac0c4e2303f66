import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sql } from "kysely";
import { readJson, type Json } from "./http-fixture.ts";
import { newKey } from "./new-key.ts";
import { startApi, type TestApi } from "./start-api.ts";

type Thing = "job" | "import" | "schedule" | "user";

/** What another tenant meets: a thing that is not there, a list without it, its own only, or what belongs to no tenant. */
type Meets = { missing: Thing } | { nothing: string } | "its own" | "what all have" | "the operator's";

/** Every operation that needs a key. Those that remove something come last. */
const operations: Record<string, Meets> = {
  getJob: { missing: "job" },
  followJob: { missing: "job" },
  getLogs: { missing: "job" },
  listDeliveries: { missing: "job" },
  getRejects: { missing: "import" },
  cancelJob: { missing: "job" },
  retryJob: { missing: "job" },
  listJobs: { nothing: '{"items":[],"nextCursor":null}' },
  submitJob: "its own",
  submitBatch: "its own",
  importRows: "its own",

  getSchedule: { missing: "schedule" },
  replaceSchedule: { missing: "schedule" },
  changeSchedule: { missing: "schedule" },
  pauseSchedule: { missing: "schedule" },
  resumeSchedule: { missing: "schedule" },
  runSchedule: { missing: "schedule" },
  listSchedules: { nothing: '{"items":[],"nextCursor":null}' },
  createSchedule: "its own",

  getUser: { missing: "user" },
  replaceUser: { missing: "user" },
  changeUser: { missing: "user" },
  getUserProfile: { missing: "user" },
  processUser: { missing: "user" },
  listUsers: { nothing: '{"items":[],"nextCursor":null}' },
  exportUsers: { nothing: "" },
  createUser: "its own",
  readRows: { nothing: "" },

  getMetrics: "what all have",
  listKinds: "what all have",
  listDatasets: "what all have",
  listQueues: "the operator's",
  getQueue: "the operator's",
  pauseQueue: "the operator's",
  resumeQueue: "the operator's",
  changeQueue: "the operator's",
  listWorkers: "the operator's",

  removeSchedule: { missing: "schedule" },
  removeUser: { missing: "user" },
};

type Operation = { id: string; method: string; path: string; scope: "read" | "submit" | "admin"; content: Json };

/** What the API says of itself, from its declared routes. */
async function listOperations(url: string): Promise<Operation[]> {
  const { paths } = await readJson(await fetch(`${url}/openapi.json`));
  return Object.entries<Json>(paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).flatMap(([method, { operationId: id, security, requestBody }]) =>
      security.length > 0 ? [{ id, method, path, scope: security[0].bearer[0], content: requestBody?.content }] : [],
    ),
  );
}

let api: TestApi;
let declared: Operation[];
let ids: Record<Thing, string>;
const owner = { read: "", submit: "", admin: "" };
const stranger = { read: "", submit: "", both: "", admin: "" };

beforeAll(async () => {
  api = await startApi({ auth: { servesAnyone: false } });
  const { db } = api.database;
  for (const scope of ["read", "submit", "admin"] as const) {
    owner[scope] = await newKey(db, "owner", scope);
    stranger[scope] = await newKey(db, "stranger", scope);
  }
  stranger.both = await newKey(db, "stranger", "read", "submit");

  declared = await listOperations(api.url);
  const make = async (path: string, type: string, body: string): Promise<string> => {
    const headers = { authorization: `Bearer ${owner.submit}`, "content-type": type };
    const made = await readJson(await fetch(api.url + path, { method: "POST", headers, body }));
    return String(made.id);
  };
  const json = (path: string, body: object) => make(path, "application/json", JSON.stringify(body));
  const work = { kind: "sleep", payload: { durationMs: 1 } };
  ids = {
    job: await json("/v1/jobs", work),
    import: await make("/v1/imports/users", "text/csv", "email,name\na@example.com,A\n"),
    schedule: await json("/v1/schedules", { name: "hourly", ...work, intervalMs: 3_600_000 }),
    user: await json("/v1/users", { email: "ada@example.org", name: "Ada" }),
  };
  await sql`insert into user_profiles (tenant, user_id, display_name, initials, email_domain)
    values ('owner', ${ids.user}, 'Ada', 'A', 'example.org')`.execute(db);
});
afterAll(() => api.close());

function ask({ id, method, path, content }: Operation, key?: string): Promise<Response> {
  const meets = operations[id];
  const names = {
    id: typeof meets === "object" && "missing" in meets ? ids[meets.missing] : "",
    dataset: "users",
    name: "sleep",
  };
  const target = path.replaceAll(/\{(\w+)\}/g, (_all, name: keyof typeof names) => names[name]);
  const [type, media] = Object.entries<Json>(content ?? {})[0] ?? [];
  const body = media && (media.example ?? Object.values<Json>(media.examples)[0].value);
  return fetch(api.url + target, {
    method: method.toUpperCase(),
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...(type && { "content-type": type }) },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

async function statusFor(operation: Operation, key?: string): Promise<number> {
  const { status, body } = await ask(operation, key);
  await body?.cancel();
  return status;
}

/** All that the owner has, in every table that knows tenants. */
async function readPossessions(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'tenant' and table_name <> 'api_keys' order by 1`.execute(
    api.database.db,
  );
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(["jobs", "schedules", "users"]));
  const all = tables.map(async ({ name }) => {
    const owned = await sql`select to_jsonb(t) as row from ${sql.table(name)} as t where tenant = 'owner'
      order by to_jsonb(t)::text`.execute(api.database.db);
    return JSON.stringify([name, owned.rows]);
  });
  return (await Promise.all(all)).join("\n");
}

test("this page speaks of every operation that needs a key, and of no other", () => {
  expect(declared.map(({ id }) => id).toSorted()).toEqual(Object.keys(operations).toSorted());
});

test("what belongs to no tenant is for an operator to change or to see", () => {
  const operators = declared.filter(({ id }) => operations[id] === "the operator's");
  expect(operators.map(({ scope }) => scope)).toEqual(operators.map(() => "admin"));
});

describe.each(Object.entries(operations))("%s", (id, meets) => {
  const find = () => declared.find((operation) => operation.id === id)!;

  test("needs a key, with its scope", async () => {
    const operation = find();
    const without = { read: stranger.submit, submit: stranger.read, admin: stranger.both }[operation.scope];
    expect([await statusFor(operation), await statusFor(operation, without)]).toEqual([401, 403]);
  });

  test("shows and changes nothing of another tenant", async () => {
    const before = await readPossessions();
    const response = await ask(find(), stranger.admin);
    const text = await response.text();
    if (typeof meets === "string") expect(response.ok).toBe(true);
    else if ("missing" in meets) expect([response.status, JSON.parse(text).code]).toEqual([404, "not_found"]);
    else {
      expect([response.status, text]).toEqual([200, meets.nothing]);
      expect(await (await ask(find(), owner.admin)).text()).not.toBe(meets.nothing);
    }
    for (const secret of ["ada@example.org", ...Object.values(ids).filter((thing) => thing.length > 10)])
      if (typeof meets === "string" || "nothing" in meets) expect(text).not.toContain(secret);
    expect(await readPossessions()).toBe(before);

    // What the stranger has now would be in the next list.
    for (const table of ["jobs", "schedules", "users"])
      await sql`delete from ${sql.table(table)} where tenant = 'stranger'`.execute(api.database.db);
  });
});

test("a job of another tenant cannot be followed by a WebSocket", async () => {
  const follow = async (key: string) => {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/v1/jobs/${ids.job}/events`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return new Promise<number>((resolve) => {
      socket.once("unexpected-response", (_request, { statusCode }) => resolve(statusCode!));
      socket.once("open", () => {
        resolve(101);
        socket.close();
      });
    });
  };
  expect([await follow(owner.read), await follow(stranger.read)]).toEqual([101, 404]);
});

test("users of another tenant are missing among those asked for, in the cache too", async () => {
  const list = async (key: string) =>
    readJson(await fetch(`${api.url}/v1/users?ids=${ids.user}`, { headers: { authorization: `Bearer ${key}` } }));
  for (let round = 0; round < 2; round += 1) {
    expect((await list(owner.read)).items).toHaveLength(1);
    expect(await list(stranger.read)).toMatchObject({ items: [], missing: [Number(ids.user)] });
  }
});

test("an idempotency key, a dedupKey and a name are a tenant's own", async () => {
  const post = async (path: string, key: string, body: object) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": "once" };
    const response = await fetch(api.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const { id } = await readJson(response);
    return `${response.status} ${id}`;
  };
  const job = { kind: "sleep", payload: { durationMs: 1 }, options: { dedupKey: "only" } };
  const of = async (key: string) => [await post("/v1/jobs", key, job), await post("/v1/jobs", key, job)];
  const [mine, theirs] = [await of(owner.submit), await of(stranger.submit)];
  expect(new Set(mine).size).toBe(1);
  expect(new Set(theirs).size).toBe(1);
  expect(mine[0]).not.toBe(theirs[0]);
  const correction = await fetch(`${api.url}/v1/imports/users?correctionOf=${ids.import}`, {
    method: "POST",
    headers: { authorization: `Bearer ${stranger.submit}`, "content-type": "text/csv" },
    body: "email,name\nb@example.com,B\n",
  });
  expect(correction.status).toBe(422);
});

test("the owner meets none of these walls", async () => {
  for (const id of Object.keys(operations)) {
    const operation = declared.find((one) => one.id === id)!;
    expect([401, 403, 404], id).not.toContain(await statusFor(operation, owner[operation.scope]));
  }
});
