import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findDataset } from "@longshore/shared/datasets/datasets";
import type { OnConflict } from "@longshore/shared/db/schema";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { transactOnClient } from "@longshore/shared/db/transact-on-client";
import { writeRows } from "../src/imports/write-rows.ts";

const users = findDataset("users")!;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await sql`alter table users add constraint refused check (name <> 'refused')`.execute(database.db);
});
afterAll(() => database.close());
beforeEach(() => sql`truncate users cascade`.execute(database.db));

type Row = { email: string; name: string };

async function write(onConflict: OnConflict, rows: Row[], expectDuplicates = false, tenant = "default") {
  const valid = rows.map((row, index) => ({ index, key: row.email, row }));
  const written = await transactOnClient(database.pool, (on) =>
    writeRows({ ...on, dataset: users, tenant }, { onConflict, expectDuplicates }, valid),
  );
  const stored = await database.db
    .selectFrom("users")
    .select(["email", "name"])
    .where("tenant", "=", tenant)
    .orderBy("email")
    .execute();
  const refused = written.refused.map(({ index }) => index).toSorted((a, b) => a - b);
  return { counts: { ...written, refused }, stored };
}

/**
 * What should happen: of the rows with one key, the first that PostgreSQL accepts is written (the last, if later rows
 * update earlier ones), and the others that it stands for are duplicates, which PostgreSQL never sees.
 */
function expected(onConflict: OnConflict, table: Map<string, string>, rows: Row[]) {
  const counts = { inserted: 0, updated: 0, skipped: 0, refused: [] as number[] };
  const written = new Set<string>();
  const inOrder = [...rows.entries()];
  for (const [index, { email, name }] of onConflict === "update" ? inOrder.toReversed() : inOrder) {
    const duplicate = written.has(email) || (table.has(email) && name !== "refused");
    if (!written.has(email) && name === "refused") counts.refused.push(index);
    else if (!duplicate) counts.inserted += 1;
    else if (onConflict === "update") counts.updated += 1;
    else if (onConflict === "ignore") counts.skipped += 1;
    else counts.refused.push(index);

    if (name === "refused" || written.has(email)) continue;
    if (!table.has(email) || onConflict === "update") table.set(email, name);
    written.add(email);
  }
  counts.refused.sort((a, b) => a - b);
  return {
    counts,
    stored: [...table].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([email, name]) => ({ email, name })),
  };
}

describe.each<OnConflict>(["error", "ignore", "update"])("with onConflict %s", (onConflict) => {
  it("one row of each key is written and every other one is accounted for", async () => {
    const row = fc.record({ email: fc.constantFrom("a", "b", "c", "d"), name: fc.constantFrom("x", "y", "refused") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 8 }),
        fc.array(row, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (before, rows, expectDuplicates) => {
          await sql`truncate users cascade`.execute(database.db);
          const table = new Map(
            before.filter(({ name }) => name !== "refused").map(({ email, name }) => [email, name]),
          );
          for (const [email, name] of table) await database.db.insertInto("users").values({ email, name }).execute();

          expect(await write(onConflict, rows, expectDuplicates)).toEqual(expected(onConflict, table, rows));
        },
      ),
      { numRuns: 60 },
    );
  });
});

it("chunks that hold the same keys in opposite order do not deadlock", async () => {
  const rows = Array.from({ length: 300 }, (_, n) => ({ email: `user${n}@example.com`, name: `${n}` }));
  const orders = [rows, rows.toReversed(), rows, rows.toReversed()];
  const writes = await Promise.all(orders.map((order) => write("update", order)));
  const sum = (field: "inserted" | "updated") => writes.reduce((total, { counts }) => total + counts[field], 0);
  expect([sum("inserted"), sum("updated")]).toEqual([300, 900]);
});

it.each(["error", "ignore", "update"] as const)(
  "of another tenant nothing is seen or touched (%s)",
  async (onConflict) => {
    const ours = [{ email: "a@example.com", name: "Ours" }];
    const theirs = [{ email: "a@example.com", name: "Theirs" }];
    await write(onConflict, ours);
    for (const expectDuplicates of [false, true]) {
      const { counts, stored } = await write(onConflict, theirs, expectDuplicates, `other-${expectDuplicates}`);
      expect(counts).toMatchObject({ inserted: 1, updated: 0, skipped: 0, refused: [] });
      expect(stored).toEqual(theirs);
    }
    expect((await write(onConflict, [])).stored).toEqual(ours);
  },
);
