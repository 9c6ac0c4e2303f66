import { setTimeout } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { arrayOf, prepared } from "../src/db/prepare-statements.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/create-test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ max: 1 });
  await sql`create table things (id integer primary key, name text not null) with (autovacuum_enabled = off)`.execute(
    database.db,
  );
});
afterAll(() => database?.close());

const find = (ids: readonly number[]) =>
  sql<{ name: string }>`${sql.raw(prepared)} select things.name from unnest(${arrayOf("integer", ids)}) as wanted (id)
    join things on things.id = wanted.id`.execute(database.db);

async function addThings(from: number, to: number): Promise<void> {
  await sql`insert into things select n, 'thing ' || n from generate_series(${from}::integer, ${to}::integer) as n`.execute(
    database.db,
  );
}

/** How many rows were read by going through the whole table. */
async function countRead(): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(database.db);
  const { rows } = await sql<{ read: number }>`select seq_tup_read::integer as read from pg_stat_user_tables
    where relname = 'things'`.execute(database.db);
  return rows[0]!.read;
}

it("a statement with arrays, short ones too, is planned a few times and then no more", async () => {
  await addThings(1, 1_000);
  await sql`analyze things`.execute(database.db);
  for (let id = 1; id <= 40; id += 1) expect((await find([id])).rows).toEqual([{ name: `thing ${id}` }]);
  const { rows } = await sql<{ plans: number }>`
    select custom_plans::integer as plans from pg_prepared_statements
    where statement like ${`${prepared} select things%`}`.execute(database.db);
  // Five, as PostgreSQL does it, and five more if a second has passed.
  expect(rows[0]!.plans).toBeLessThanOrEqual(10);
});

it("a plan that was made for a few rows is not kept when there are many", async () => {
  await sql`truncate things`.execute(database.db);
  await addThings(1, 20);
  await sql`analyze things`.execute(database.db);
  for (let id = 1; id <= 10; id += 1) await find([id]);
  await addThings(21, 50_000);

  const before = await countRead();
  await setTimeout(1_100);
  for (let id = 1; id <= 10; id += 1) expect((await find([id])).rows).toHaveLength(1);
  expect((await countRead()) - before).toBe(0);
});
