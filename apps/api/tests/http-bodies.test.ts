import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxThingBytes, readJson, startFixture, type Fixture } from "./http-fixture.ts";

let fixture: Fixture;
beforeAll(async () => void (fixture = await startFixture()));
afterAll(() => fixture.close());

type Body = string | Uint8Array | ReadableStream;

function post(path: string, body: Body, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: "POST", body, headers: { "Content-Type": "application/json", ...headers }, duplex: "half" };
  return fetch(fixture.url + path, init as RequestInit);
}

async function postThing(body: Body, headers?: Record<string, string>) {
  const response = await post("/v1/things", body, headers);
  return { response, status: response.status, answer: await readJson(response) };
}

/** A thing of exactly so many bytes. */
function thingOf(bytes: number): string {
  const empty = JSON.stringify({ name: "" });
  return JSON.stringify({ name: "a".repeat(bytes - empty.length) });
}

function chunked(text: string): ReadableStream {
  return new Blob([text]).stream();
}

const encoders = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync };

describe("a JSON body", () => {
  test.each([
    ["application/json; charset=utf-8", '{"name":"é"}'],
    ["application/vnd.thing+json", '{"name":"é"}'],
    ["application/json", '\ufeff{"name":"é"}'],
  ])("of type %s is read", async (type, body) => {
    expect(await postThing(body, { "Content-Type": type })).toMatchObject({ status: 201, answer: { name: "é" } });
  });

  test.each(Object.entries(encoders))("compressed with %s is read", async (encoding, encode) => {
    const { status, answer } = await postThing(encode('{"name":"crane"}'), { "Content-Encoding": encoding });
    expect([status, answer]).toEqual([201, { name: "crane" }]);
  });

  test.each([
    ["with its length", thingOf(maxThingBytes), thingOf(maxThingBytes + 1), {}],
    ["in chunks", chunked(thingOf(maxThingBytes)), chunked(thingOf(maxThingBytes + 1)), {}],
    [
      "compressed",
      gzipSync(thingOf(maxThingBytes)),
      gzipSync(thingOf(maxThingBytes + 1)),
      { "Content-Encoding": "gzip" },
    ],
  ])("sent %s may have as many bytes as the limit says and no more", async (_how, fitting, tooLarge, headers) => {
    expect((await postThing(fitting, headers)).status).toBe(201);
    expect(await postThing(tooLarge, headers)).toMatchObject({ status: 413, answer: { code: "body_too_large" } });
  });

  test("that inflates without end is refused at the limit", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
    expect(await postThing(bomb, { "Content-Encoding": "gzip" })).toMatchObject({
      status: 413,
      answer: { code: "body_too_large" },
    });
  });

  test.each<[string, Body, string]>([
    ["empty", "", "The body is empty"],
    ["cut off", '{"name":', "Unexpected end of JSON input"],
    ["not JSON", '{"name":\n NaN}', "at position 10 (line 2 column 2)"],
    ["reaching for the prototype", '{"name":"a","__proto__":{"admin":true}}', "The key at /__proto__"],
  ])("that is %s is 400", async (_what, body, detail) => {
    const { status, answer } = await postThing(body);
    expect([status, answer.code]).toEqual([400, "malformed_body"]);
    expect(answer.detail).toContain(detail);
  });

  test("nested deeper than 32 levels is 400", async () => {
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect((await post("/v1/things/batch", nested(32))).status).toBe(202);
    expect((await post("/v1/things/batch", nested(33))).status).toBe(400);
    expect((await post("/v1/things/batch", nested(400_000))).status).toBe(400);
  });

  test("that is not UTF-8 is 400", async () => {
    const latin1 = Buffer.from('{"name":"é"}', "latin1");
    expect(await postThing(latin1)).toMatchObject({ status: 400, answer: { code: "invalid_utf8" } });
  });

  test.each([
    ["damaged", Buffer.from("not gzip")],
    ["cut short", gzipSync('{"name":"crane"}').subarray(0, 20)],
  ])("whose compression is %s is 400", async (_what, body) => {
    const refused = await postThing(body, { "Content-Encoding": "gzip" });
    expect(refused).toMatchObject({ status: 400, answer: { code: "invalid_encoding" } });
  });

  test.each([
    ['{"name":"a\\u0000b"}', "/name", "nul_character"],
    ['{"name":"\\udc00"}', "/name", "lone_surrogate"],
    ['{"name":"a","size":9007199254740993}', "/size", "integer_too_large"],
    ['{"name":"a","size":1e999}', "/size", "number_too_large"],
    ['{"name":7}', "/name", "invalid_type"],
    ["{}", "/name", "required"],
    ['{"name":"a","nmae":"b"}', "/nmae", "unknown_field"],
    ["[]", "", "invalid_type"],
  ])("%s is 422 and says where", async (body, pointer, code) => {
    const { status, answer } = await postThing(body);
    expect([status, answer.code]).toEqual([422, "validation_failed"]);
    expect(answer.errors).toMatchObject([{ pointer, code }]);
  });
});

describe("an unsupported body", () => {
  test.each(["text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded"])(
    "of type %s is 415 and the answer says what is taken",
    async (type) => {
      const { response, status, answer } = await postThing('{"name":"a"}', { "Content-Type": type });
      expect([status, answer.code]).toEqual([415, "unsupported_media_type"]);
      expect(answer.detail).toContain("send application/json in UTF-8");
      expect(response.headers.get("accept-post")).toBe("application/json");
    },
  );

  test.each(["deflate", "compress", "gzip, br"])(
    "encoded with %s is 415 and the answer says what is taken",
    async (encoding) => {
      const { response, status, answer } = await postThing(deflateSync('{"name":"a"}'), {
        "Content-Encoding": encoding,
      });
      expect([status, answer.code]).toEqual([415, "unsupported_encoding"]);
      expect(response.headers.get("accept-encoding")).toBe("identity, gzip, br, zstd");
    },
  );
});

describe("a streamed body", () => {
  test("reaches the handler as it was sent, with its type and encoding", async () => {
    const bytes = Buffer.alloc(5_000_000, "a\n");
    const plain = await post("/v1/uploads/count", bytes, { "Content-Type": "text/csv; charset=utf-8" });
    expect(await readJson(plain)).toEqual({
      bytes: bytes.length,
      contentType: "text/csv",
      contentEncoding: "identity",
    });

    const compressed = zstdCompressSync(bytes);
    const headers = { "Content-Type": "application/x-ndjson", "Content-Encoding": "zstd" };
    const zstd = await post("/v1/uploads/count", compressed, headers);
    expect(await readJson(zstd)).toEqual({
      bytes: compressed.length,
      contentType: "application/x-ndjson",
      contentEncoding: "zstd",
    });
  });

  test("of another type is 415 and the answer says what is taken", async () => {
    const response = await post("/v1/uploads/count", "[]");
    expect(response.status).toBe(415);
    expect(response.headers.get("accept-post")).toBe("text/csv, application/x-ndjson");
  });
});
