import { waitFor } from "@longshore/shared/testing/wait-for";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserView } from "../src/services/user-view.ts";
import { readJson } from "./http-fixture.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => sql`truncate users, jobs, idempotency_keys cascade`.execute(api.database.db));

function ask(method: string, path = "", body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(`${api.url}/v1/users${path}`, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...sent,
  });
}

const ada = { email: "ada@example.com", name: "Ada Lovelace" };

async function create(body: object = ada): Promise<UserView> {
  return (await readJson(await ask("POST", "", body))) as UserView;
}

async function createMany(count: number): Promise<number[]> {
  const created = await Promise.all(
    Array.from({ length: count }, (_, n) => create({ email: `user${n}@example.com`, name: `User ${n}` })),
  );
  return created.map(({ id }) => id);
}

describe("a user", () => {
  it("is created with the address that an import would store, and is where its Location says", async () => {
    const response = await ask("POST", "", { email: "  Ada@Example.com ", name: "Ada Lovelace" });
    expect(response.status).toBe(201);
    const user = await readJson(response);
    expect(user).toMatchObject({ ...ada, links: { self: `/v1/users/${user.id}` } });
    expect(response.headers.get("location")).toBe(`/v1/users/${user.id}`);
    const read = await ask("GET", `/${user.id}`);
    expect(await readJson(read)).toEqual(user);
    expect(read.headers.get("etag")).toBe(response.headers.get("etag"));
  });

  it("that takes another one's address is refused with the field, and its neighbours are not", async () => {
    await create();
    const others = ["ADA@example.com", "b@example.com", "c@example.com", "b@example.com"];
    const answers = await Promise.all(others.map((email) => ask("POST", "", { email, name: "Other" })));
    expect(answers.map(({ status }) => status)).toEqual([409, 201, 201, 409]);
    expect(await readJson(answers[0]!)).toMatchObject({
      code: "already_exists",
      errors: [{ pointer: "/email", code: "already_exists" }],
    });
  });

  it.each([
    [{ email: "no address", name: "A" }, "/email"],
    [{ email: "a@example.com", name: "" }, "/name"],
    [{ email: "a@example.com", name: "\0" }, "/name"],
    [{ email: "a@example.com" }, "/name"],
    [{ ...ada, admin: true }, "/admin"],
    [{ ...ada, name: null }, "/name"],
  ])("is refused as an import would refuse it: %j", async (body, pointer) => {
    const response = await ask("POST", "", body);
    expect(response.status).toBe(422);
    expect(await readJson(response)).toMatchObject({ errors: [{ pointer }] });
  });

  it("is not sent again to whoever has it", async () => {
    const { id } = await create();
    const etag = (await ask("GET", `/${id}`)).headers.get("etag")!;
    const again = await ask("GET", `/${id}`, undefined, { "if-none-match": etag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    await ask("PATCH", `/${id}`, { name: "Ada King" });
    expect((await ask("GET", `/${id}`, undefined, { "if-none-match": etag })).status).toBe(200);
  });

  it("is replaced as a whole by PUT", async () => {
    const { id, createdAt } = await create();
    const response = await ask("PUT", `/${id}`, { email: "Countess@Example.com", name: "Ada King" });
    expect(response.status).toBe(200);
    const user = await readJson(response);
    expect(user).toMatchObject({ id, email: "countess@example.com", name: "Ada King", createdAt });
    expect(await readJson(await ask("GET", `/${id}`))).toEqual(user);
    expect((await ask("PUT", `/${id}`, { name: "Ada" })).status).toBe(422);
  });

  it("keeps what PATCH does not send", async () => {
    const { id } = await create();
    expect(await readJson(await ask("PATCH", `/${id}`, { name: "Ada King" }))).toMatchObject({
      email: ada.email,
      name: "Ada King",
    });
    expect(await readJson(await ask("PATCH", `/${id}`, { email: "A@b.example" }))).toMatchObject({
      email: "a@b.example",
      name: "Ada King",
    });
  });

  it.each([{}, { name: null }, { id: 2 }])("is not patched with %j", async (changes) => {
    const { id } = await create();
    expect((await ask("PATCH", `/${id}`, changes)).status).toBe(422);
    expect(await readJson(await ask("GET", `/${id}`))).toMatchObject(ada);
  });

  it("cannot change to another one's address", async () => {
    await create();
    const { id } = await create({ email: "b@example.com", name: "B" });
    for (const method of ["PUT", "PATCH"]) {
      const response = await ask(method, `/${id}`, ada);
      expect(response.status).toBe(409);
      expect(await readJson(response)).toMatchObject({ errors: [{ pointer: "/email" }] });
    }
    expect(await readJson(await ask("GET", `/${id}`))).toMatchObject({ email: "b@example.com", name: "B" });
  });

  it("is gone after DELETE, and its address is free", async () => {
    const { id } = await create();
    await ask("GET", `/${id}`);
    const response = await ask("DELETE", `/${id}`);
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect((await ask("GET", `/${id}`)).status).toBe(404);
    expect((await ask("DELETE", `/${id}`)).status).toBe(404);
    expect((await create()).id).not.toBe(id);
  });

  it.each(["0", "-1", "1.5", "01", "9007199254740992", "99999999999999999999", "x", "1e3"])(
    "with the id %s is not found, whatever is asked of it",
    async (id) => {
      expect((await ask("GET", `/${id}`)).status).toBe(404);
      expect((await ask("PUT", `/${id}`, ada)).status).toBe(404);
      expect((await ask("DELETE", `/${id}`)).status).toBe(404);
      expect((await ask("POST", `/${id}/process`)).status).toBe(404);
    },
  );

  it("that nobody has is not found up to 2^53 - 1", async () => {
    expect((await ask("GET", "/9007199254740991")).status).toBe(404);
    expect((await ask("PATCH", "/9007199254740991", { name: "A" })).status).toBe(404);
  });
});

describe("users by their ids", () => {
  it("come in the order asked for, each once, and those that are missing are named", async () => {
    const [a, b, c] = (await createMany(3)) as [number, number, number];
    const response = await ask("GET", `?ids=${[c, 999_999, a, c, b].join(",")}`);
    const { items, missing, nextCursor } = await readJson(response);
    expect(items.map(({ id }: UserView) => id)).toEqual([c, a, b]);
    expect({ missing, nextCursor }).toEqual({ missing: [999_999], nextCursor: null });
  });

  it("come from the cache if all of them are there", async () => {
    const ids = (await createMany(3)).join(",");
    expect((await ask("GET", `?ids=${ids}`)).headers.get("x-cache")).toBe("miss");
    await waitFor("the users to be kept", async () => {
      const response = await ask("GET", `?ids=${ids}`);
      return response.headers.get("x-cache") === "hit";
    });
    expect((await ask("GET", `?ids=${ids},999999`)).headers.get("x-cache")).toBe("miss");
  });

  it("are a thousand at most", async () => {
    const ids = Array.from({ length: 1_001 }, (_, n) => n + 1);
    expect((await ask("GET", `?ids=${ids.slice(1).join(",")}`)).status).toBe(200);
    expect((await ask("GET", `?ids=${ids.join(",")}`)).status).toBe(422);
  });

  it.each(["ids=", "ids=1,,2", "ids=1,x", "ids=1&limit=2", "ids=1&cursor=MQ", "ids=9007199254740992"])(
    "are refused with %s",
    async (query) => {
      expect((await ask("GET", `?${query}`)).status).toBe(422);
    },
  );
});

describe("the list of users", () => {
  it("comes in pages, the newest first, each user once", async () => {
    const ids = await createMany(7);
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const next: string = cursor && `&cursor=${cursor}`;
      const page = await readJson(await ask("GET", `?limit=3${next}`));
      seen.push(...page.items.map(({ id }: UserView) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids.toSorted((a, b) => b - a));
  });

  it.each(["limit=0", "limit=1001", "cursor=x", "cursor=MA", "offset=3"])("is refused with %s", async (query) => {
    expect((await ask("GET", `?${query}`)).status).toBe(422);
  });

  it("takes a limit of 1000", async () => {
    expect((await ask("GET", "?limit=1000")).status).toBe(200);
  });
});

describe("the export", () => {
  it("has every user in the order of ids, whatever the number of pages", async () => {
    await sql`insert into users (email, name) select 'user' || n || '@example.com', 'User ' || n from generate_series(1, 2500) n`.execute(
      api.database.db,
    );
    const lines = (await (await ask("GET", "/export")).text()).trim().split("\n");
    const ids = lines.map((line) => (JSON.parse(line) as UserView).id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    expect(ids).toHaveLength(2_500);
    const csv = (await (await ask("GET", "/export?format=csv")).text()).trim().split("\n");
    expect(csv[0]).toBe("id,email,name,createdAt,updatedAt");
    expect(csv).toHaveLength(2_501);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])("shows %j as text in CSV", async (name) => {
    const { id } = await create({ ...ada, name });
    const csv = await (await ask("GET", "/export?format=csv")).text();
    expect(csv.replaceAll('"', "")).toContain(`\n${id},ada@example.com,'${name},`);
    expect(JSON.parse(await (await ask("GET", "/export?format=ndjson")).text())).toMatchObject({ name });
  });
});

describe("processing a user", () => {
  it("is a job, and the same one under the same idempotency key", async () => {
    const { id } = await create();
    const process = () => ask("POST", `/${id}/process`, undefined, { "idempotency-key": "once" });
    const first = await process();
    expect(first.status).toBe(202);
    const job = await readJson(first);
    expect(job).toMatchObject({ kind: "users.process", state: "queued" });
    expect(first.headers.get("location")).toBe(`/v1/jobs/${job.id}`);
    const again = await process();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await readJson(again)).toMatchObject({ id: job.id });
  });

  it("needs a user", async () => {
    expect((await ask("POST", "/77/process")).status).toBe(404);
  });

  it("leads to a profile, which is not there before", async () => {
    const { id } = await create();
    expect((await ask("GET", "/77/profile")).status).toBe(404);
    const before = await ask("GET", `/${id}/profile`);
    expect([before.status, (await readJson(before)).detail]).toEqual([404, `User ${id} was not processed yet`]);
    const profile = { display_name: "Ada Lovelace", initials: "AL", email_domain: "example.com" };
    await api.database.db
      .insertInto("user_profiles")
      .values({ user_id: id, ...profile })
      .execute();
    expect(await readJson(await ask("GET", `/${id}/profile`))).toMatchObject({ userId: id, initials: "AL" });
  });
});
