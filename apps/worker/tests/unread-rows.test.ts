import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { runChunk } from "../src/imports/run-chunk.ts";
import { stage } from "./stage.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => sql`truncate records, jobs cascade`.execute(database.db));

/** Lines that are JSON, or almost: a character is gone, doubled or another one. */
const line = fc
  .tuple(
    fc.dictionary(fc.constantFrom("a", "b", "c"), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }),
    fc.nat(),
    fc.constantFrom(
      "",
      '"',
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\\",
      "0",
      "e",
      ".",
      "-",
      "+",
      "\u0001",
      "\t",
      "é",
      "/",
      "x",
    ),
    fc.boolean(),
  )
  .map(([value, at, character, isBroken]) => {
    const text = JSON.stringify(value);
    const cut = at % text.length;
    return isBroken ? text.slice(0, cut) + character + text.slice(cut + 1) : text;
  })
  .filter((text) => text.startsWith("{") && !text.includes("\\u") && !/"_|\d{16}|e\+?\d{3}/i.test(text));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

it("rows that are kept as they came are accepted just where JSON.parse would take them", async () => {
  const lines = fc.sample(line, { numRuns: 1_000, seed: 7 });
  const jobId = await stage(database.db, { dataset: "records", chunks: [lines.join("\n")] });
  await runChunk(database, { jobId, seq: 0 }, { maxDeliveries: 1 });

  const rejects = await database.db
    .selectFrom("import_rejects")
    .select(["row", "code"])
    .where("job_id", "=", jobId)
    .orderBy("row")
    .execute();
  const broken = lines.flatMap((text, index) => (parse(text) === undefined ? [index + 1] : []));
  expect(broken.length).toBeGreaterThan(100);
  expect(rejects).toEqual(broken.map((row) => ({ row, code: "malformed_record" })));

  const { rows } = await sql<{ data: unknown }>`select data from records order by id`.execute(database.db);
  const kept = lines.map(parse).filter((value) => value !== undefined);
  // jsonb knows no negative zero.
  const asKept = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
  expect(rows.map(({ data }) => data)).toEqual(asKept(kept));
});
