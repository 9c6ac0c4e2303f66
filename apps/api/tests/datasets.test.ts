import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => sql`truncate users, cities, records restart identity cascade`.execute(api.database.db));

function getRows(path: string, accept = "*/*"): Promise<Response> {
  return fetch(`${api.url}/v1/datasets/${path}`, { headers: { accept } });
}

async function storeRecords(...data: object[]): Promise<void> {
  await api.database.db
    .insertInto("records")
    .values(data.map((one) => ({ data: JSON.stringify(one) })))
    .execute();
}

it("a dataset of any fields is listed as one", async () => {
  const { items } = (await (await fetch(`${api.url}/v1/datasets`)).json()) as { items: { name: string }[] };
  expect(items.find(({ name }) => name === "records")).toMatchObject({
    row: { type: "object", additionalProperties: {} },
    columns: null,
    key: [],
    example: { ok: true },
  });
  expect(items.find(({ name }) => name === "users")).toMatchObject({ columns: ["email", "name"], key: ["email"] });
});

describe("the rows of a dataset", () => {
  const city = { name: "Quito", country: "EC", admin1: "-1", admin2: "", lat: -0.22985, lng: -78.52495 };

  it("come as NDJSON in the fields of an import, in the order of their key", async () => {
    const users = ["c", "a", "b"].map((name) => ({ email: `${name}@example.com`, name }));
    await api.database.db.insertInto("users").values(users).execute();
    const response = await getRows("users/rows");
    expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    const lines = (await response.text()).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([users[1], users[2], users[0]]);
  });

  it("come as CSV if Accept or format says so, whatever the other says", async () => {
    await api.database.db.insertInto("cities").values(city).execute();
    const csv = "name,country,admin1,admin2,lat,lng\nQuito,EC,'-1,,-0.22985,-78.52495\n";
    const asked = await getRows("cities/rows", "text/csv");
    expect(asked.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(await asked.text()).toBe(csv);
    expect(await (await getRows("cities/rows?format=csv", "application/x-ndjson")).text()).toBe(csv);
    expect(JSON.parse(await (await getRows("cities/rows?format=ndjson", "text/csv")).text())).toEqual(city);
  });

  it.each(["=1+1", "+1", "-1+1", "@SUM(A1)", "\tx", "\rx"])(
    "hold no formula in CSV, and %j in NDJSON",
    async (name) => {
      await api.database.db.insertInto("users").values({ email: "a@example.com", name }).execute();
      const csv = await (await getRows("users/rows?format=csv")).text();
      expect(csv.replaceAll('"', "")).toBe(`email,name\na@example.com,'${name}\n`);
      expect(JSON.parse(await (await getRows("users/rows")).text())).toMatchObject({ name });
    },
  );

  it("are what was imported where they have any fields; in CSV a column holds them", async () => {
    await storeRecords({ a: 1, b: ["x", null] }, {});
    expect(await (await getRows("records/rows")).text()).toBe('{"a":1,"b":["x",null]}\n{}\n');
    expect(await (await getRows("records/rows?format=csv")).text()).toBe('data\n"{""a"":1,""b"":[""x"",null]}"\n{}\n');
  });

  it("are none in an empty table", async () => {
    expect(await (await getRows("users/rows")).text()).toBe("");
    expect(await (await getRows("users/rows?format=csv")).text()).toBe("email,name\n");
  });

  it.each([
    ["users", 2_000],
    ["users", 2_001],
    ["cities", 2_500],
    ["records", 250],
  ] as const)("of %s come each once, also when there are %d of them", async (table, count) => {
    const { db } = api.database;
    const numbers = Array.from({ length: count }, (_, n) => n);
    if (table === "users")
      await db
        .insertInto("users")
        .values(numbers.map((n) => ({ email: `u${n}@example.com`, name: `${n}` })))
        .execute();
    if (table === "cities")
      await db
        .insertInto("cities")
        .values(numbers.map((n) => ({ ...city, name: `City ${n % 7}`, lat: n / 99 - 12 })))
        .execute();
    if (table === "records") await storeRecords(...numbers.map((n) => ({ n })));
    const lines = (await (await getRows(`${table}/rows`)).text()).trim().split("\n");
    expect(lines).toHaveLength(count);
    expect(new Set(lines).size).toBe(count);
  });

  it("are read as they are taken: what goes while a client waits is not sent", async () => {
    const { db } = api.database;
    await sql`
      insert into users (email, name)
      select n || '@example.com', repeat('x', 1000) from generate_series(1, 50000) as n`.execute(db);
    const reader = (await getRows("users/rows")).body!.getReader();
    let received = (await reader.read()).value!.length;
    await sql`truncate users cascade`.execute(db);
    for (let next = await reader.read(); !next.done; next = await reader.read()) received += next.value.length;
    expect(received).toBeLessThan(40_000 * 1_000);
  });

  it("of a dataset that is none are 404, in a format that is none 422", async () => {
    const unknown = await getRows("nope/rows");
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: "unknown_dataset" }]);
    const format = await getRows("users/rows?format=xml");
    expect([format.status, await format.json()]).toMatchObject([422, { errors: [{ pointer: "/query/format" }] }]);
  });
});
