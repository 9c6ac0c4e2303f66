import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ImportFormat } from "@longshore/shared/db/schema";
import type { RejectCode } from "@longshore/shared/imports/reject-codes";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { runChunk } from "../src/imports/run-chunk.ts";
import { stage } from "./stage.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => sql`truncate users, cities, records, jobs cascade`.execute(database.db));

const city = (name: string, lat: string) =>
  `{"name":"${name}","country":"DE","admin1":"","admin2":"","lat":${lat},"lng":9.5}`;

/** For each dataset two good rows, in the columns of the CSV. */
const neighbours = {
  users: {
    columns: ["name", "email"],
    json: ['{"name":"A","email":"a@example.com"}', '{"name":"B","email":"b@example.com"}'],
    csv: ["A,a@example.com", "B,b@example.com"],
    stored: [
      { name: "A", email: "a@example.com" },
      { name: "B", email: "b@example.com" },
    ],
  },
  cities: {
    columns: ["name", "country", "admin1", "admin2", "lat", "lng"],
    json: [city("A", "1"), city("B", "2.5")],
    csv: ["A,DE,,,1,9.5", "B,DE,,,2.5,9.5"],
    stored: [
      { name: "A", country: "DE", admin1: "", admin2: "", lat: 1, lng: 9.5 },
      { name: "B", country: "DE", admin1: "", admin2: "", lat: 2.5, lng: 9.5 },
    ],
  },
  records: {
    columns: ["a", "b"],
    json: ['{"a":"1","b":"x"}', '{"a":"2","b":"y"}'],
    csv: ["1,x", "2,y"],
    stored: [{ data: { a: "1", b: "x" } }, { data: { a: "2", b: "y" } }],
  },
} as const;

type DatasetName = keyof typeof neighbours;

/** Imports rows, and answers what was rejected and what the table holds then. */
async function importRows(dataset: DatasetName, format: ImportFormat, rows: readonly string[]) {
  const chunk = rows.join(format === "json" ? "," : "\n");
  const columns = format === "csv" ? { columns: [...neighbours[dataset].columns] } : {};
  const jobId = await stage(database.db, { dataset, format, ...columns, chunks: [chunk] });
  const ended = await runChunk(database, { jobId, seq: 0 }, { maxDeliveries: 1 });
  const { rows_inserted: inserted, rows_rejected: rejected } = ended!.imported;

  const rejects = await database.db
    .selectFrom("import_rejects")
    .select(["row", "code", "field"])
    .where("job_id", "=", jobId)
    .orderBy("row")
    .execute();
  const kept = Object.keys(neighbours[dataset].stored[0]).map((column) => sql.ref(column));
  const stored = await sql`select ${sql.join(kept)} from ${sql.table(dataset)} order by id`.execute(database.db);
  return { state: ended?.job.state, counts: { inserted, rejected }, rejects, stored: stored.rows };
}

async function expectRejected(
  dataset: DatasetName,
  format: ImportFormat,
  row: string,
  code: RejectCode,
  field: string | null,
): Promise<void> {
  const { csv, json, stored } = neighbours[dataset];
  const [first, last] = format === "csv" ? csv : json;
  expect(await importRows(dataset, format, [first, row, last])).toEqual({
    state: "partially_succeeded",
    counts: { inserted: 2, rejected: 1 },
    rejects: [{ row: 2, code, field }],
    stored,
  });
}

const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe.each<ImportFormat>(["ndjson", "json"])("a row of %s that is hostile is rejected alone:", (format) => {
  it.each<[string, DatasetName, string, RejectCode, string | null]>([
    ["a NaN literal", "cities", city("X", "NaN"), "malformed_record", null],
    ["a broken value", "users", '{"name":tru}', "malformed_record", null],
    ["a number beyond the doubles", "cities", city("X", "1e999"), "number_too_large", "lat"],
    ["a number below them", "cities", city("X", "-1e999"), "number_too_large", "lat"],
    ["a number beyond the doubles", "records", '{"a":[1,{"b":1e999}]}', "number_too_large", "a/1/b"],
    ["an integer that would be rounded", "records", '{"id":9007199254740993}', "integer_too_large", "id"],
    ["a negative one", "records", '{"a":{"id":-9007199254740993}}', "integer_too_large", "a/id"],
    ["an escaped NUL", "users", '{"name":"a\\u0000b","email":"x@example.com"}', "nul_character", "name"],
    ["an escaped NUL", "records", '{"a":["\\u0000"]}', "nul_character", "a/0"],
    [
      "an escaped NUL in a key",
      "users",
      '{"name":"X","email":"x@example.com","a\\u0000":1}',
      "unknown_field",
      "a\uFFFD",
    ],
    ["an escaped NUL in a key", "records", '{"a\\u0000":1}', "nul_character", "a\uFFFD"],
    ["a NUL byte in text", "users", '{"name":"a\0b","email":"x@example.com"}', "malformed_record", null],
    ["a NUL byte in text", "records", '{"a":"\0"}', "malformed_record", null],
    ["a NUL byte between values", "records", '{"a":\0 1}', "malformed_record", null],
    ["a lone surrogate", "users", '{"name":"\\ud800","email":"x@example.com"}', "lone_surrogate", "name"],
    ["a lone surrogate", "records", '{"a":{"b":"\\udc00"}}', "lone_surrogate", "a/b"],
    ["a lone surrogate in a key", "records", '{"\\ud800":1}', "lone_surrogate", "\uFFFD"],
    [
      "a __proto__",
      "users",
      '{"name":"X","email":"x@example.com","__proto__":{"admin":true}}',
      "unknown_field",
      "__proto__",
    ],
    ["a __proto__", "records", '{"a":1,"__proto__":{"admin":true}}', "forbidden_key", "__proto__"],
    ["a __proto__ inside", "records", '{"a":[{"__proto__":1}]}', "forbidden_key", "a/0/__proto__"],
    ["a constructor's prototype", "records", '{"constructor":{"prototype":{}}}', "forbidden_key", "constructor"],
    ["a row that is a list", "records", "[1]", "invalid_type", null],
    ["a row that is a text", "records", '"x"', "invalid_type", null],
    ["a row that is null", "records", "null", "invalid_type", null],
    ["a rejected text whose fields are not written out", "records", '{"_raw":"{","_row":1}', "malformed_record", null],
  ])("%s, in %s", async (_what, dataset, row, code, field) => {
    await expectRejected(dataset, format, row, code, field);
  });

  it.each([
    ["nested 32 deep", `{"a":${deep(31)}}`],
    ["a large float", '{"a":6.02e23}'],
    ["the largest integer", '{"a":9007199254740991,"b":-9007199254740991}'],
    ["an integer as text", '{"a":"9007199254740993"}'],
    ["a key given twice: the last one stays", '{"a":1,"a":2}'],
    ["a constructor without a prototype", '{"constructor":"Brunel","prototype":1}'],
    ["a field of the user's own that starts with _", '{"_id":7}'],
    ["formulas, SQL and line breaks", '{"a":"=1+1","b":"\'; drop table records; --","c":"\\r\\n\\t\\\\N"}'],
    ["nothing", "{}"],
  ])("but not %s", async (_what, row) => {
    const { stored, counts } = await importRows("records", format, [row]);
    expect(counts).toEqual({ inserted: 1, rejected: 0 });
    expect(stored).toEqual([{ data: JSON.parse(row) as unknown }]);
  });
});

describe("a row of NDJSON that a JSON array could not bring", () => {
  it.each<[string, DatasetName, string, RejectCode, string | null]>([
    ["33 levels", "records", `{"a":${deep(32)}}`, "nested_too_deep", `a${"/0".repeat(31)}`],
    [
      "100,000 levels beside an integer whose text is asked for",
      "records",
      `{"id":9007199254740993,"a":${deep(100_000)}}`,
      "nested_too_deep",
      `a${"/0".repeat(31)}`,
    ],
    ["100,000 levels", "users", `{"a":${deep(100_000)}}`, "required", "email"],
    ["a row that does not end", "records", '{"a":', "malformed_record", null],
    ["two rows in one line", "records", "{} {}", "malformed_record", null],
    ["what pretends to be two rows", "records", '{},"x",{}', "malformed_record", null],
  ])("is rejected alone: %s, in %s", async (_what, dataset, row, code, field) => {
    await expectRejected(dataset, "ndjson", row, code, field);
  });
});

describe("a row of CSV that is hostile is rejected alone:", () => {
  it.each<[string, DatasetName, string, RejectCode, string | null]>([
    ["too few cells", "records", "1", "malformed_record", null],
    ["too many cells", "records", "1,2,3", "malformed_record", null],
    ["a quote inside a cell", "records", '1"2,3', "malformed_record", null],
    ["text behind a quote", "records", '"1"2,3', "malformed_record", null],
    ["a NUL byte", "users", "a\0b,x@example.com", "nul_character", "name"],
    ["a NUL byte", "records", "1,\0", "nul_character", "b"],
    ["a NUL byte in a number", "cities", "X,DE,,,1\0,9.5", "invalid_value", "lat"],
    ["a number beyond the doubles", "cities", "X,DE,,,1e999,9.5", "number_too_large", "lat"],
    ["no number", "cities", "X,DE,,,0x10,9.5", "invalid_value", "lat"],
  ])("%s, in %s", async (_what, dataset, row, code, field) => {
    await expectRejected(dataset, "csv", row, code, field);
  });

  it.each([
    ["formulas", "=1+1,@x", ["=1+1", "@x"]],
    ["numbers of any size, which are text", "1e999,9007199254740993", ["1e999", "9007199254740993"]],
    ["line breaks, quotes and commas", '"a\r\nb","c ""d"", e"', ["a\r\nb", 'c "d", e']],
    ["what COPY would read as an end or as nothing", "\\.,\\N", ["\\.", "\\N"]],
  ])("but not %s", async (_what, row, [a, b]) => {
    const { stored, counts } = await importRows("records", "csv", [row]);
    expect(counts).toEqual({ inserted: 1, rejected: 0 });
    expect(stored).toEqual([{ data: { a, b } }]);
  });
});
