import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJson } from "./http-fixture.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await sql`create table failure (state text)`.execute(api.database.db);
  await sql`
    create function fail() returns trigger language plpgsql as $$
    declare failing text := (select state from failure);
    begin
      if failing is null then return new; end if;
      raise exception 'secret of insert into jobs' using errcode = failing, constraint = 'secret_key', table = 'secret_table', detail = 'secret=1';
    end $$`.execute(api.database.db);
  for (const table of ["jobs", "schedules", "import_chunks"])
    await sql`create trigger fail before insert on ${sql.table(table)} for each row execute function fail()`.execute(
      api.database.db,
    );
});
afterAll(() => api.close());

const json = { "content-type": "application/json" };
const sleep = { kind: "sleep", payload: { durationMs: 1 } };
const requests = [
  ["/v1/jobs", json, JSON.stringify(sleep)],
  ["/v1/jobs/batch", json, JSON.stringify([sleep, sleep])],
  ["/v1/schedules", json, JSON.stringify({ name: "often", ...sleep, intervalMs: 60_000 })],
  ["/v1/imports/users", { "content-type": "text/csv" }, "name,email\nAda,ada@example.com\n"],
] as const;

/** What PostgreSQL says, and what a client hears of it. */
const states: [string, string, number, string][] = [
  ["22P02", "a value that PostgreSQL cannot read", 500, "internal"],
  ["23505", "a value that is there already", 500, "internal"],
  ["23514", "a value that a check refuses", 500, "internal"],
  ["25006", "a database that is read-only", 503, "unavailable"],
  ["40001", "a conflict with another transaction", 503, "unavailable"],
  ["40P01", "a deadlock", 503, "unavailable"],
  ["42P01", "a table that is missing", 500, "internal"],
  ["53100", "a full disk", 503, "unavailable"],
  ["53200", "no memory", 503, "unavailable"],
  ["53300", "no connection left", 503, "unavailable"],
  ["55P03", "a lock that was not to be had in time", 503, "unavailable"],
  ["57014", "a statement that took too long", 503, "unavailable"],
  ["57P01", "a shutdown", 503, "unavailable"],
  ["58030", "a disk that fails", 503, "unavailable"],
  ["XX000", "a bug of PostgreSQL", 500, "internal"],
];

describe.each(states)("SQLSTATE %s, %s,", (state, _what, status, code) => {
  test.each(requests)("is answered at %s without a word of SQL, and leaves nothing", async (path, headers, body) => {
    await sql`insert into failure values (${state})`.execute(api.database.db);
    try {
      const response = await fetch(api.url + path, { method: "POST", headers, body });
      const problem = await readJson(response);
      const retryAfter = response.headers.get("retry-after");
      const isTaken = state === "23505" && path === "/v1/schedules";
      expect([response.status, problem.code]).toEqual(isTaken ? [409, "already_exists"] : [status, code]);
      expect(retryAfter !== null).toBe(status === 503);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      expect(JSON.stringify([problem, ...response.headers])).not.toMatch(
        /secret|insert|SQL|jobs_|trigger|failure|\b[0-9A-Z]{2}\w\d{2}\b/i,
      );
    } finally {
      await sql`delete from failure`.execute(api.database.db);
    }
    const { rows } = await sql`select id from jobs union all select id from schedules`.execute(api.database.db);
    expect(rows).toEqual([]);
  });
});
