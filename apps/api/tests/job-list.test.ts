import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
/** By their `n`, in the order of their creation. */
const ids: string[] = [];

beforeAll(async () => {
  api = await startApi();
  const texts = ["Ada Lovelace", "grace@example.com", "https://example.com/reports/2026", "", "", ""];
  for (const [n, text] of texts.entries()) {
    const kind = n === 4 ? "users.process" : "sleep";
    const payload = kind === "sleep" ? { durationMs: n } : { userId: n + 1 };
    const tags = n % 2 === 0 ? { team: "a", place: "x:y" } : { team: "b" };
    const response = await fetch(`${api.url}/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind, payload, options: { tags } }),
    });
    const { id } = (await response.json()) as JobView;
    ids.push(id);
    await api.database.db
      .updateTable("jobs")
      .set({ payload: JSON.stringify({ ...payload, text }) })
      .where("id", "=", id)
      .execute();
  }
  const end = (n: number, state: "succeeded" | "failed", message = "") =>
    api.database.db
      .updateTable("jobs")
      .set({ state, finished_at: new Date(), error: message ? JSON.stringify({ code: "timeout", message }) : null })
      .where("id", "=", ids[n]!)
      .execute();
  await end(0, "succeeded");
  await end(1, "succeeded");
  await end(2, "succeeded");
  await end(3, "failed", "The attempt took too long");
});
afterAll(() => api.close());

type Page = { items: JobView[]; nextCursor: string | null };
type Problem = { code: string; errors: { pointer: string; code: string; message: string }[] };

async function list(query: string): Promise<Page> {
  const response = await fetch(`${api.url}/v1/jobs?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

async function refused(query: string): Promise<Problem> {
  const response = await fetch(`${api.url}/v1/jobs?${query}`);
  expect(response.status).toBe(422);
  return (await response.json()) as Problem;
}

/** Which of the jobs above a list has, in its order. */
const found = async (query: string) => (await list(query)).items.map(({ id }) => ids.indexOf(id));

describe("a list of jobs", () => {
  it("has them as they are read one by one, newest first", async () => {
    const { items, nextCursor } = await list("");
    expect(items.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(nextCursor).toBeNull();
    for (const item of items) expect(await (await fetch(api.url + item.links.self)).json()).toEqual(item);
  });

  it.each<[string, number[]]>([
    ["kind=sleep", [5, 3, 2, 1, 0]],
    ["kind=users.process", [4]],
    ["kind=nope", []],
    ["state=succeeded", [2, 1, 0]],
    ["state=failed,queued", [5, 4, 3]],
    ["state=failed&state=queued", [5, 4, 3]],
    ["state=queued", [5, 4]],
    ["state=expired", []],
    ["tag=team:a", [4, 2, 0]],
    ["tag=team:a&tag=place:x:y", [4, 2, 0]],
    ["tag=team:b&tag=place:x:y", []],
    ["tag=team:", []],
    ["kind=sleep&state=queued&tag=team:b", [5]],
    ["limit=2", [5, 4]],
  ])("by %s", async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it.each<[string, number[]]>([
    ["ada", [0]],
    ["LOVE", [0]],
    ["ada love", [0]],
    ["love  ada", [0]],
    ["ada grace", []],
    ["lace", []],
    ["grace@exam", [1]],
    ["https://example.com/rep", [2]],
    ["example.com", [2]],
    ["users.pro", [4]],
    ["sleep", [5, 3, 2, 1, 0]],
    ["x:y", [4, 2, 0]],
    ["took", [3]],
    ["timeout", [3]],
    ["durationMs", []],
    ["it's", []],
    ["'", []],
    [String.raw`\ & | ! ( ) <-> :*`, []],
  ])("by the text %s", async (q, expected) => {
    expect(await found(new URLSearchParams({ q }).toString())).toEqual(expected);
  });

  it("by the time of creation: from one time on, and before another", async () => {
    const { items } = await list("");
    const createdAt = items.map((job) => job.createdAt).toReversed();
    const later = createdAt.findIndex((at) => at > createdAt[0]!);
    const query = (name: string, at: string) => new URLSearchParams({ [name]: at }).toString();
    expect((await found(query("createdAfter", createdAt[later]!))).toReversed()[0]).toBe(later);
    expect((await found(query("createdBefore", createdAt[later]!)))[0]).toBe(later - 1);
    expect(await found(`${query("createdAfter", createdAt[0]!)}&${query("createdBefore", createdAt[0]!)}`)).toEqual([]);
    expect(await found(query("createdBefore", "1960-01-01T00:00:00+02:00"))).toEqual([]);
    expect(await found(query("createdAfter", "9999-12-31T23:59:59Z"))).toEqual([]);
  });

  it.each(["", "kind=sleep&", "state=succeeded,queued,failed&", "tag=team:a&", "q=sleep&"])(
    "goes on where the page before ended: %s",
    async (filter) => {
      const all = await found(filter);
      const paged: number[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: Page = await list(`${filter}limit=2${cursor && `&cursor=${cursor}`}`);
        paged.push(...page.items.map(({ id }) => ids.indexOf(id)));
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(all);
    },
  );

  it("does not show a job twice that is submitted between two pages", async () => {
    const first = await list("limit=3&kind=sleep");
    const response = await fetch(`${api.url}/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"kind":"sleep","payload":{"durationMs":1}}',
    });
    const { id } = (await response.json()) as JobView;
    const second = await list(`limit=3&kind=sleep&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map((job) => ids.indexOf(job.id))).toEqual([5, 3, 2, 1, 0]);
    await api.database.db.deleteFrom("jobs").where("id", "=", id).execute();
  });

  it("shows an import with its dataset and counts", async () => {
    const response = await fetch(`${api.url}/v1/imports/users`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: '{"name":"Ada","email":"ada@example.com"}',
    });
    const job = (await response.json()) as JobView;
    const { items } = await list("kind=import");
    expect(items).toMatchObject([{ id: job.id, dataset: "users", counts: { received: 1 } }]);
    await api.database.db.deleteFrom("jobs").where("id", "=", job.id).execute();
  });

  it.each([
    ["state=lost", "/query/state", 'knows no state "lost"'],
    ["state=", "/query/state", 'knows no state ""'],
    ["tag=team", "/query/tag", "must be a tag's name, a colon and its value"],
    ["tag=:a", "/query/tag", "must be a tag's name, a colon and its value"],
    ["createdAfter=yesterday", "/query/createdAfter", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z"],
    ["createdBefore=2026-01-01", "/query/createdBefore", "must be an RFC 3339 time such as 2026-01-31T12:00:00Z"],
    ["limit=0", "/query/limit", "must be at least 1"],
    ["limit=201", "/query/limit", "must be at most 200"],
    ["cursor=nope", "/query/cursor", "is no cursor of this list"],
    ["cursor=0199a000-0000-7000-8000-000000000000", "/query/cursor", "is no cursor of this list"],
    ["cursor=", "/query/cursor", "is no cursor of this list"],
    ["q=", "/query/q", "must have at least 1 character"],
    [`q=${"x".repeat(201)}`, "/query/q", "must have at most 200 characters"],
    ["colour=red", "/query/colour", "is not known here"],
  ])("%s is 422 and says where", async (query, pointer, message) => {
    expect(await refused(query)).toMatchObject({ code: "validation_failed", errors: [{ pointer, message }] });
  });

  it("names each parameter that is wrong", async () => {
    const { errors } = await refused("limit=x&state=lost&surprise=1");
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual([
      "/query/limit",
      "/query/state",
      "/query/surprise",
    ]);
  });
});
