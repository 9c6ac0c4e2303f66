import { request } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, gzip, zstdCompress, zstdDecompressSync } from "node:zlib";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => sql`truncate jobs cascade`.execute(api.database.db));

type Body = string | Uint8Array<ArrayBuffer>;

function post(type: string, body: Body, { path = "users", encoding = "" } = {}): Promise<Response> {
  const headers = { "content-type": type, ...(encoding && { "content-encoding": encoding }) };
  return fetch(`${api.url}/v1/imports/${path}`, { method: "POST", headers, body });
}

async function problem(response: Response) {
  const { status, code, detail, errors } = (await response.json()) as Record<string, unknown>;
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(status).toBe(response.status);
  return { status, code, detail, errors };
}

async function nothingStored(): Promise<void> {
  expect(await api.database.db.selectFrom("jobs").select("id").execute()).toEqual([]);
  expect(await api.database.db.selectFrom("import_chunks").select("seq").execute()).toEqual([]);
}

const row = (n: number) => ({ name: `User ${n}`, email: `user${n}@example.com` });
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n));
const ndjson = (count: number) =>
  rows(count)
    .map((one) => JSON.stringify(one))
    .join("\n");
const bodies: [string, (count: number) => string][] = [
  ["application/json", (count) => JSON.stringify(rows(count))],
  ["application/x-ndjson", ndjson],
  ["text/csv", (count) => ["name,email", ...rows(count).map(({ name, email }) => `${name},${email}`)].join("\n")],
];

async function storedRecords(): Promise<string> {
  const chunks = await api.database.db.selectFrom("import_chunks").select("payload").orderBy("seq").execute();
  return chunks.map(({ payload }) => zstdDecompressSync(payload!).toString()).join("\n");
}

describe("a 202", () => {
  it.each(bodies)("for %s means that every record is committed in chunks", async (type, body) => {
    const response = await post(type, body(40));
    expect(response.status).toBe(202);
    const job = (await response.json()) as JobView;
    expect(response.headers.get("location")).toBe(`/v1/jobs/${job.id}`);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(job).toMatchObject({
      kind: "import",
      dataset: "users",
      state: "queued",
      counts: { received: 40, inserted: 0 },
    });

    const chunks = await api.database.db
      .selectFrom("import_chunks")
      .select(["seq", "first_row", "rows", "state"])
      .orderBy("seq")
      .execute();
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.reduce((sum, chunk) => sum + chunk.rows, 0)).toBe(40);
    expect(chunks.map((chunk) => chunk.first_row)).toEqual(
      chunks.map((_, at) => 1 + chunks.slice(0, at).reduce((sum, chunk) => sum + chunk.rows, 0)),
    );
    const stored = await storedRecords();
    for (const { name, email } of rows(40)) {
      expect(stored).toContain(name);
      expect(stored).toContain(email);
    }
  });

  it("puts a window of references into the queue, and no row", async () => {
    const job = (await (await post("text/csv", bodies[2]![1](40))).json()) as JobView;
    const prefix = `{${api.redis.namespace}:imports}:imports`;
    const first = await api.redis.commands.lrange(`${prefix}:wait`, 0, -1);
    const later = await api.redis.commands.zrange(`${prefix}:prioritized`, "0", "-1");
    const ofJob = (id: string) => id.startsWith(job.id);
    expect([first.filter(ofJob), later.filter(ofJob)]).toEqual([[`${job.id}-0`], [`${job.id}-1`]]);
    expect(JSON.parse((await api.redis.commands.hget(`${prefix}:${job.id}-1`, "data"))!)).toEqual({
      jobId: job.id,
      seq: 1,
    });
  });

  it.each([
    ["gzip", promisify(gzip)],
    ["br", promisify(brotliCompress)],
    ["zstd", promisify(zstdCompress)],
  ])("answers a body compressed with %s", async (encoding, compress) => {
    const body = new Uint8Array(await compress(Buffer.from(ndjson(30))));
    expect((await post("application/x-ndjson", body, { encoding })).status).toBe(202);
    expect(await storedRecords()).toBe(ndjson(30));
  });

  it.each(["application/json", "application/x-ndjson", "text/csv"])(
    "for %s does not depend on what spoils one row",
    async (type) => {
      const hostile = type === "text/csv" ? "name,email\nA\0,a@example.com\nB" : '{"a":"\0","__proto__":1e999}';
      expect((await post(type, type === "application/json" ? `[${hostile}]` : hostile)).status).toBe(202);
    },
  );

  it("takes any columns where any are taken", async () => {
    expect((await post("text/csv", "_id,sensor 7,größe\n1,2,3\n", { path: "records" })).status).toBe(202);
  });

  it("takes a rejects file back: annotation columns are no mismatch", async () => {
    expect((await post("text/csv", "name,email,_row,_code\nA,a@example.com,3,duplicate\n")).status).toBe(202);
  });
});

describe("what is refused leaves nothing behind", () => {
  it.each<[string, string, Body, number, string, string]>([
    ["malformed JSON", "application/json", '[{"a":', 400, "malformed_body", "byte 6"],
    ["an object", "application/json", "{}", 400, "malformed_body", "byte 0: it is not an array"],
    ["two arrays", "application/json", "[{}][{}]", 400, "malformed_body", "something follows the array"],
    [
      "an array nested too deep",
      "application/json",
      `[${"[".repeat(10_000)}`,
      400,
      "malformed_body",
      "nested deeper than 32",
    ],
    [
      "JSON broken after many chunks",
      "application/json",
      `${JSON.stringify(rows(60)).slice(0, -1)}}`,
      400,
      "malformed_body",
      "brackets do not match",
    ],
    [
      "invalid UTF-8",
      "application/x-ndjson",
      new Uint8Array([0x7b, 0xff, 0x7d]),
      400,
      "invalid_utf8",
      "not valid UTF-8",
    ],
    [
      "UTF-16",
      "application/json",
      new Uint8Array([0xff, 0xfe, 0x5b, 0, 0x5d, 0]),
      400,
      "invalid_utf8",
      "not valid UTF-8",
    ],
    ["an open quote", "text/csv", 'name,email\n"A,a@example.com\n', 400, "malformed_body", "inside a quoted field"],
    ["a malformed header", "text/csv", '"name"s,email\nA,a@example.com\n', 400, "malformed_body", "CSV header"],
    ["no rows as JSON", "application/json", "[]", 422, "empty_import", "no rows"],
    ["no rows as NDJSON", "application/x-ndjson", "\n\n", 422, "empty_import", "no rows"],
    ["a header alone", "text/csv", "name,email\n", 422, "empty_import", "no rows"],
    [
      "a record beyond the limit",
      "application/x-ndjson",
      `${ndjson(30)}\n"${"x".repeat(1_000)}"`,
      413,
      "record_too_large",
      "Row 31",
    ],
    ["a line without an end", "application/x-ndjson", "x".repeat(90_000), 413, "record_too_large", "Row 1"],
    ["a field without an end", "text/csv", `name,email\n"${"x\n".repeat(40_000)}`, 413, "record_too_large", "Row 1"],
    ["a text without an end", "application/json", `["${"x".repeat(90_000)}`, 413, "record_too_large", "Row 1"],
    ["a header without an end", "text/csv", "name,".repeat(10_000), 413, "record_too_large", "Row 0"],
    ["a body beyond the limit", "application/x-ndjson", ndjson(2_500), 413, "body_too_large", "100000 bytes"],
    ["another content type", "application/xml", "<a/>", 415, "unsupported_media_type", "application/x-ndjson"],
    ["another charset", "text/csv; charset=latin1", "name,email\n", 415, "unsupported_media_type", "UTF-8"],
  ])("%s", async (_what, type, body, status, code, detail) => {
    expect(await problem(await post(type, body))).toMatchObject({
      status,
      code,
      detail: expect.stringContaining(detail) as string,
    });
    await nothingStored();
  });

  it("columns that do not fit, each named", async () => {
    const refused = await problem(await post("text/csv", "name,age,name,_note\nA,1,B,x\n"));
    expect(refused).toMatchObject({
      status: 422,
      code: "columns_mismatch",
      errors: [
        { pointer: "age", code: "unknown_column" },
        { pointer: "email", code: "missing_column" },
        { pointer: "name", code: "duplicate_column" },
      ],
    });
    await nothingStored();
  });

  it("columns without a name that can be kept, where any name is taken", async () => {
    const body = "a,,__proto__,b\0,a,_note\n1,2,3,4,5,6\n";
    expect(await problem(await post("text/csv", body, { path: "records" }))).toMatchObject({
      status: 422,
      code: "columns_mismatch",
      errors: [
        { pointer: "", code: "unnamed_column" },
        { pointer: "__proto__", code: "forbidden_column" },
        { pointer: "b\0", code: "nul_character" },
        { pointer: "a", code: "duplicate_column" },
      ],
    });
    await nothingStored();
  });

  it.each(["ignore", "update"])("onConflict=%s where no row is a duplicate", async (onConflict) => {
    const path = `records?onConflict=${onConflict}`;
    expect(await problem(await post("application/x-ndjson", "{}", { path }))).toMatchObject({
      status: 422,
      code: "validation_failed",
      errors: [{ pointer: "/query/onConflict", code: "invalid_value" }],
    });
    await nothingStored();
  });

  it.each(["gzip", "br", "zstd"])("a body that is not %s as it says", async (encoding) => {
    expect(await problem(await post("text/csv", "name,email\nA,a@example.com", { encoding }))).toMatchObject({
      status: 400,
      code: "invalid_encoding",
    });
    await nothingStored();
  });

  it.each([
    ["gzip", promisify(gzip)],
    ["br", promisify(brotliCompress)],
    ["zstd", promisify(zstdCompress)],
  ])("a body compressed with %s that inflates beyond the limit", async (encoding, compress) => {
    const bomb = new Uint8Array(await compress(Buffer.from('{"a":1}\n'.repeat(60_000))));
    expect(bomb.length).toBeLessThan(2_000);
    expect(await problem(await post("application/x-ndjson", bomb, { encoding }))).toMatchObject({
      status: 413,
      code: "body_too_large",
    });
    await nothingStored();
  });

  it("a compressed body that is cut short", async () => {
    const whole = await promisify(gzip)(Buffer.from(ndjson(30)));
    const body = new Uint8Array(whole.subarray(0, whole.length - 20));
    expect(await problem(await post("application/x-ndjson", body, { encoding: "gzip" }))).toMatchObject({
      status: 400,
      code: "invalid_encoding",
    });
    await nothingStored();
  });

  it("an upload whose client goes away", async () => {
    const upload = request(`${api.url}/v1/imports/users`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
    });
    upload.on("error", () => {});
    upload.write(`${ndjson(60)}\n`);
    await waitFor("chunks of an import that is not sealed", async () => {
      const chunks = await api.database.db.selectFrom("import_chunks").select("seq").execute();
      return chunks.length > 1;
    });
    upload.destroy();
    await waitFor(
      "them to be gone",
      async () => (await api.database.db.selectFrom("jobs").select("id").execute()).length === 0,
    );
    await nothingStored();
  });
});
