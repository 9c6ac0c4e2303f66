import { gzipSync } from "node:zlib";

/** What is sent where, and what must come back. */
export type HostileCase = {
  what: string;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  status: number;
  code?: string;
};

/** Bytes on a connection, for what no client would send. */
export type RawCase = { what: string; bytes: string; status: number; code: string };

const json = { "content-type": "application/json" };
const ndjson = { "content-type": "application/x-ndjson" };
const csv = { "content-type": "text/csv" };

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const gzip = (text: string | Buffer) => Uint8Array.from(gzipSync(text));
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const id = "0199e7a0-0000-7000-8000-000000000000";

type Answer = Pick<HostileCase, "status" | "code">;
const malformed: Answer = { status: 400, code: "malformed_body" };
const invalid: Answer = { status: 422, code: "validation_failed" };
const tooLarge: Answer = { status: 413, code: "body_too_large" };
const recordTooLarge: Answer = { status: 413, code: "record_too_large" };
const notFound: Answer = { status: 404, code: "not_found" };

/** For each input what any JSON body of it answers, wherever it is sent. */
export const jsonBodies: Record<string, (Omit<HostileCase, "path"> & { body: string | Uint8Array<ArrayBuffer> })[]> = {
  "Malformed JSON, NaN literal, bad gzip": [
    { what: "nothing", body: " ", ...malformed },
    { what: "JSON that is cut off", body: '{"a":', ...malformed },
    { what: "NaN", body: '{"a":NaN}', ...malformed },
    { what: "single quotes", body: "{'a':1}", ...malformed },
    { what: "a trailing comma", body: '{"a":1,}', ...malformed },
    { what: "a comment", body: '{"a":1}//', ...malformed },
    { what: "a second value", body: '{"a":1}{"a":2}', ...malformed },
    { what: "bad gzip", headers: { "content-encoding": "gzip" }, body: "{}", status: 400, code: "invalid_encoding" },
    {
      what: "gzip that is cut off",
      headers: { "content-encoding": "gzip" },
      body: gzip('{"a":1}').subarray(0, 20),
      status: 400,
      code: "invalid_encoding",
    },
  ],
  "Invalid UTF-8": [
    { what: "Latin-1", body: latin1('{"a":"é"}'), status: 400, code: "invalid_utf8" },
    { what: "an overlong slash", body: latin1('{"a":"\xc0\xaf"}'), status: 400, code: "invalid_utf8" },
    { what: "a surrogate in UTF-8", body: latin1('{"a":"\xed\xa0\x80"}'), status: 400, code: "invalid_utf8" },
    { what: "UTF-16", body: Uint8Array.from(Buffer.from("\ufeff{}", "utf16le")), status: 400, code: "invalid_utf8" },
  ],
  "Non-UTF-8 charset; unknown content encoding; wrong content type": [
    ...["application/json; charset=utf-16", "application/json; charset=latin1", "text/plain", "a form", ""].map(
      (type) => ({
        what: `the content type ${type || "of a mistake"}`,
        headers: { "content-type": type.replace("a form", "application/x-www-form-urlencoded") || "json" },
        body: "{}",
        status: 415,
        code: "unsupported_media_type",
      }),
    ),
    ...["deflate", "gzip, gzip", "x"].map((encoding) => ({
      what: `the content encoding ${encoding}`,
      headers: { "content-encoding": encoding },
      body: "{}",
      status: 415,
      code: "unsupported_encoding",
    })),
  ],
  "Nesting > 32": [
    { what: "33 levels", body: nested(33), ...malformed },
    { what: "33 levels of objects", body: `${'{"a":'.repeat(33)}1${"}".repeat(33)}`, ...malformed },
    { what: "100,000 levels", body: nested(100_000), ...malformed },
  ],
  "1e999": [
    { what: "as a value", body: '{"a":1e999}', ...invalid },
    { what: "as an item", body: "[-1e999]", ...invalid },
  ],
  "Integer beyond 2^53": [
    { what: "as a value", body: '{"a":9007199254740993}', ...invalid },
    { what: "below", body: "[-9007199254740993]", ...invalid },
    { what: "of 400 digits", body: `[${"9".repeat(400)}]`, ...invalid },
  ],
  "NUL in text": [
    { what: "in a value", body: '{"a":"\\u0000"}', ...invalid },
    { what: "in a key", body: '{"a\\u0000":1}', ...invalid },
    { what: "as a byte", body: '{"a":"\0"}', ...malformed },
  ],
  "Lone surrogate": [
    { what: "a high one", body: '{"a":"\\ud800"}', ...invalid },
    { what: "a low one", body: '["\\udc00x"]', ...invalid },
    { what: "in a key", body: '{"\\ud800":1}', ...invalid },
  ],
  "__proto__, constructor keys": [
    { what: "__proto__", body: '{"__proto__":{"isAdmin":true}}', ...malformed },
    { what: "__proto__, escaped", body: '{"\\u005f_proto__":1}', ...malformed },
    { what: "constructor.prototype", body: '{"constructor":{"prototype":{"isAdmin":true}}}', ...malformed },
    { what: "__proto__ deep inside", body: '[{"a":[{"__proto__":null}]}]', ...malformed },
  ],
  "Oversized body; gzip bomb; endless line/field": [
    { what: "9 MiB", body: `"${"x".repeat(9 * 1024 * 1024)}"`, ...tooLarge },
    {
      what: "a gzip bomb",
      headers: { "content-encoding": "gzip" },
      body: gzip(Buffer.alloc(64 * 1024 * 1024)),
      ...tooLarge,
    },
  ],
  "Unknown table/column, SQL in names": [
    { what: "unknown fields", body: `{"a'; drop table jobs; --":1}`, ...invalid },
    { what: "another type", body: "7", ...invalid },
    { what: "null", body: "null", ...invalid },
  ],
};

const upload = (path = "users") => ({ method: "POST", path: `/v1/imports/${path}` });
/** An upload of users, with whatever headers. */
const uploadOf = (what: string, headers: Record<string, string>, body: HostileCase["body"], answer: Answer) => ({
  what,
  ...upload(),
  headers,
  body: body!,
  ...answer,
});
const submission = (payload: object, rest: object = {}) => JSON.stringify({ kind: "sleep", payload, ...rest });
const sleep = submission({ durationMs: 1 });
const users = "name,email\nAda,ada@example.com\n";

/** For each input the other places where it can be sent. */
export const places: Record<string, HostileCase[]> = {
  "Malformed JSON, NaN literal, bad gzip": [
    { what: "an array of rows that is cut off", ...upload(), headers: json, body: '[{"a":1}', ...malformed },
    { what: "rows that are no array", ...upload(), headers: json, body: '{"a":1}', ...malformed },
    ...[json, ndjson, csv].map((type) =>
      uploadOf(`bad gzip of ${type["content-type"]}`, Object.assign({ "content-encoding": "gzip" }, type), users, {
        status: 400,
        code: "invalid_encoding",
      }),
    ),
  ],
  "Invalid UTF-8": [
    ...[json, ndjson, csv].map((type) =>
      uploadOf(`in ${type["content-type"]}`, type, latin1('name,email\n["é"]\n'), {
        status: 400,
        code: "invalid_utf8",
      }),
    ),
    { what: "in a query", path: "/v1/jobs?kind=%E9", status: 400, code: "malformed_request" },
    { what: "half a character in a query", path: "/v1/jobs?kind=%", status: 400, code: "malformed_request" },
    { what: "in a path", path: "/v1/jobs/%E9", status: 400, code: "malformed_request" },
    { what: "in a path without parameters", path: "/v1/%E9", ...notFound },
    {
      what: "in an Idempotency-Key",
      method: "POST",
      path: "/v1/jobs",
      headers: { ...json, "idempotency-key": "\xe9" },
      body: sleep,
      status: 400,
      code: "invalid_idempotency_key",
    },
  ],
  "Non-UTF-8 charset; unknown content encoding; wrong content type": [
    ...["text/csv; charset=utf-16", "application/xml", "multipart/form-data; boundary=a"].map((type) =>
      uploadOf(`an upload of ${type}`, { "content-type": type }, users, {
        status: 415,
        code: "unsupported_media_type",
      }),
    ),
    {
      what: "an upload that is deflated",
      ...upload(),
      headers: { ...csv, "content-encoding": "deflate" },
      body: users,
      status: 415,
      code: "unsupported_encoding",
    },
  ],
  "Nesting > 32": [
    { what: "an array of rows without end", ...upload(), headers: json, body: "[".repeat(100_000), ...malformed },
  ],
  "1e999": [{ what: "as a limit", path: "/v1/jobs?limit=1e999", ...invalid }],
  "Integer beyond 2^53": [{ what: "as a limit", path: "/v1/jobs?limit=9007199254740993", ...invalid }],
  "NUL in text": [
    { what: "in a query", path: "/v1/jobs?kind=a%00", ...invalid },
    { what: "in the name of a parameter", path: "/v1/jobs?a%00=1", ...invalid },
    { what: "in a path", path: "/v1/queues/a%00", ...notFound },
    { what: "in the name of a dataset", path: "/v1/datasets/users%00/rows", ...notFound },
    {
      what: "in a column's name",
      ...upload("records"),
      headers: csv,
      body: "a\0\n1\n",
      status: 422,
      code: "columns_mismatch",
    },
  ],
  "__proto__, constructor keys": [
    { what: "in a query", path: "/v1/jobs?__proto__=1", ...invalid },
    { what: "as a dataset", ...upload("__proto__"), headers: csv, body: users, status: 404, code: "unknown_dataset" },
    { what: "as a queue", path: "/v1/queues/__proto__", ...notFound },
    { what: "as an error's code", path: "/errors/constructor", ...notFound },
    {
      what: "as a kind",
      method: "POST",
      path: "/v1/jobs",
      headers: json,
      body: '{"kind":"constructor","payload":{}}',
      status: 422,
      code: "unknown_kind",
    },
    {
      what: "as a column",
      ...upload("records"),
      headers: csv,
      body: "__proto__\n1\n",
      status: 422,
      code: "columns_mismatch",
    },
  ],
  "Oversized body; gzip bomb; endless line/field": [
    { what: "an upload", ...upload(), headers: ndjson, body: '{"a":1}\n'.repeat(20_000), ...tooLarge },
    {
      what: "a gzip bomb as an upload",
      ...upload(),
      headers: { ...ndjson, "content-encoding": "gzip" },
      body: gzip('{"a":1}\n'.repeat(1_000_000)),
      ...tooLarge,
    },
    uploadOf("a line without an end", ndjson, "x".repeat(90_000), recordTooLarge),
    uploadOf("a field without an end", csv, `name,email\n"${"x".repeat(90_000)}`, recordTooLarge),
    uploadOf("a text without an end", json, `["${"x".repeat(90_000)}`, recordTooLarge),
    uploadOf("a header without an end", csv, "name,".repeat(10_000), recordTooLarge),
  ],
  "Ragged CSV, open quote, duplicate header": [
    { what: "an open quote", ...upload(), headers: csv, body: 'name,email\n"Ada,a@example.com\n', ...malformed },
    {
      what: "a header that has a column twice",
      ...upload(),
      headers: csv,
      body: "name,email,name\n",
      status: 422,
      code: "columns_mismatch",
    },
    {
      what: "a header that lacks a column",
      ...upload(),
      headers: csv,
      body: "name\nAda\n",
      status: 422,
      code: "columns_mismatch",
    },
  ],
  "Unknown table/column, SQL in names": [
    ...["nope", "jobs", "pg_class", "users;drop table users", "users'--", "../users"].map((name) => ({
      what: `the dataset ${name}`,
      method: "POST",
      path: `/v1/imports/${encodeURIComponent(name)}`,
      headers: csv,
      body: users,
      status: 404,
      code: "unknown_dataset",
    })),
    { what: "a table to read", path: "/v1/datasets/api_keys/rows", status: 404, code: "unknown_dataset" },
    {
      what: "a column",
      ...upload(),
      headers: csv,
      body: 'name,email,"x"" text); drop table users; --"\nA,a@example.com,1\n',
      status: 422,
      code: "columns_mismatch",
    },
    { what: "a cursor", path: "/v1/jobs?cursor=' or 1=1 --", ...invalid },
    { what: "a state", path: "/v1/jobs?state=queued' or '1'='1", ...invalid },
    { what: "an id", path: `/v1/jobs/${id}'--`, ...notFound },
    { what: "a queue", path: "/v1/queues/x'; select pg_sleep(10); --", ...notFound },
  ],
  "Zero rows": [
    { what: "of JSON", ...upload(), headers: json, body: "[]", status: 422, code: "empty_import" },
    { what: "of NDJSON", ...upload(), headers: ndjson, body: "\n\n", status: 422, code: "empty_import" },
    { what: "of CSV", ...upload(), headers: csv, body: "name,email\n", status: 422, code: "empty_import" },
    { what: "of a batch", method: "POST", path: "/v1/jobs/batch", headers: json, body: "[]", ...invalid },
  ],
  "Idempotency-Key: malformed / in flight / other body": ["", "a b", "é", "x".repeat(256)].flatMap((key) =>
    [
      { path: "/v1/jobs", headers: json, body: sleep },
      { path: "/v1/jobs/batch", headers: json, body: `[${sleep}]` },
      { path: "/v1/imports/users", headers: csv, body: users },
    ].map(({ path, headers, body }) => ({
      what: `${JSON.stringify(key.slice(0, 10))} at ${path}`,
      method: "POST",
      path,
      headers: Object.assign({ "idempotency-key": Buffer.from(key).toString("latin1") }, headers),
      body,
      status: 400,
      code: "invalid_idempotency_key",
    })),
  ),
  "Wrong method": [
    ...["PUT", "PATCH", "DELETE"].map((method) => ({
      what: `${method} of /v1/jobs`,
      method,
      path: "/v1/jobs",
      status: 405,
      code: "method_not_allowed",
    })),
    { what: "POST of a job", method: "POST", path: `/v1/jobs/${id}`, status: 405, code: "method_not_allowed" },
    { what: "a method of WebDAV", method: "PROPFIND", path: "/v1/jobs", status: 405, code: "method_not_allowed" },
    { what: "a body of DELETE", method: "DELETE", path: `/v1/schedules/${id}`, headers: json, body: "{}", status: 400 },
    {
      what: "a body of a POST that takes none",
      method: "POST",
      path: `/v1/jobs/${id}/cancel`,
      headers: json,
      body: '{"force":true}',
      ...invalid,
    },
    {
      what: "an empty object to a POST that takes no body",
      method: "POST",
      path: `/v1/jobs/${id}/cancel`,
      headers: json,
      body: "{}",
      ...notFound,
    },
  ],
  "Bull-board URL without admin role": ["/admin/queues", "/queues", "/ui", "/bull", "/arena"].map((path) => ({
    what: path,
    path,
    status: 404,
    code: "not_found",
  })),
};

/** URLs that lead inside, written in any way. */
export const insideUrls: Record<string, string> = {
  loopback: "http://127.0.0.1/",
  "loopback's other addresses": "http://127.255.255.254:8080/",
  "RFC 1918, class A": "http://10.0.0.1/",
  "RFC 1918, class B": "http://172.16.0.1/",
  "RFC 1918, class C": "https://192.168.1.1/",
  "link-local and metadata": "http://169.254.169.254/latest/meta-data/",
  CGNAT: "http://100.64.0.1/",
  "this host": "http://0.0.0.0/",
  multicast: "http://224.0.0.1/",
  broadcast: "http://255.255.255.255/",
  "loopback of IPv6": "http://[::1]/",
  ULA: "http://[fd00:ec2::254]/",
  "link-local of IPv6": "http://[fe80::1]/",
  "::ffff:": "http://[::ffff:127.0.0.1]/",
  "::ffff: in hex": "http://[::ffff:a9fe:a9fe]/",
  NAT64: "http://[64:ff9b::7f00:1]/",
  "6to4": "http://[2002:7f00:1::]/",
  decimal: "http://2130706433/",
  octal: "http://0177.0.0.1/",
  hexadecimal: "http://0x7f000001/",
  short: "http://127.1/",
  "full-width digits": "http://１２７.０.０.１/",
  userinfo: "http://example.com@10.0.0.1/",
  "a user name": "http://root@example.com/",
  "an odd port": "http://example.com:22/",
  "another scheme": "file:///etc/passwd",
  "no scheme": "//10.0.0.1/",
  "no URL": "http://",
};

const lines = (...head: string[]) => `${head.join("\r\n")}\r\n\r\n`;
const get = (path: string, ...headers: string[]) => lines(`GET ${path} HTTP/1.1`, "Host: localhost", ...headers);
const post = (...headers: string[]) =>
  lines("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Type: application/json", ...headers);
const broken = { status: 400, code: "malformed_request" };
const overflow = { status: 431, code: "headers_too_large" };

/** For each input of framing what is sent on a connection of its own. */
export const framings: Record<string, RawCase[]> = {
  "Huge headers or URL": [
    { what: "a header of 20 KB", bytes: get("/v1/jobs", `X-A: ${"x".repeat(20_000)}`), ...overflow },
    { what: "headers of 20 KB", bytes: get("/v1/jobs", ...Array(200).fill(`X-A: ${"x".repeat(100)}`)), ...overflow },
    { what: "101 headers", bytes: get("/v1/jobs", ...Array(100).fill("X-A: b")), ...overflow },
    { what: "3,000 headers", bytes: get("/v1/jobs", ...Array(3_000).fill("A:")), ...overflow },
    { what: "a URL of 20 KB", bytes: get(`/v1/jobs?q=${"x".repeat(20_000)}`), ...overflow },
  ],
  "CL+TE, duplicate length": [
    { what: "a length and chunks", bytes: post("Content-Length: 4", "Transfer-Encoding: chunked"), ...broken },
    { what: "chunks and a length", bytes: post("Transfer-Encoding: chunked", "Content-Length: 4"), ...broken },
    { what: "two lengths", bytes: post("Content-Length: 4", "Content-Length: 5"), ...broken },
    { what: "the same length twice", bytes: post("Content-Length: 4", "Content-Length: 4"), ...broken },
    { what: "a length that is a list", bytes: post("Content-Length: 4, 4"), ...broken },
    { what: "a negative length", bytes: post("Content-Length: -1"), ...broken },
    { what: "a length in hex", bytes: post("Content-Length: 0x10"), ...broken },
    { what: "an unknown transfer coding", bytes: post("Transfer-Encoding: gzip"), ...broken },
    { what: "chunks in between", bytes: post("Transfer-Encoding: chunked, gzip"), ...broken },
    { what: "a chunk of no length", bytes: `${post("Transfer-Encoding: chunked")}x\r\n`, ...broken },
    { what: "a space before a colon", bytes: post("Content-Length : 4"), ...broken },
    { what: "a folded header", bytes: get("/v1/jobs", "X-A: b", " c"), ...broken },
    { what: "a line that ends with LF", bytes: "GET /v1/jobs HTTP/1.1\nHost: localhost\n\n", ...broken },
    { what: "two hosts", bytes: get("/v1/jobs", "Host: other"), ...broken },
    { what: "no host", bytes: lines("GET /v1/jobs HTTP/1.1"), ...broken },
    { what: "two content types", bytes: post("Content-Type: text/csv", "Content-Length: 0"), ...broken },
    { what: "two keys", bytes: get("/v1/jobs", "Authorization: a", "Authorization: b"), ...broken },
    { what: "an expectation of nobody", bytes: get("/v1/jobs", "Expect: 200-maybe"), ...broken },
    { what: "no HTTP", bytes: "hello\r\n\r\n", ...broken },
    { what: "HTTP/2 without being asked", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ...broken },
    { what: "a TLS handshake", bytes: "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", ...broken },
  ],
  "CR/LF in ids, user agent, filename": [
    { what: "a bare CR in a header", bytes: get("/v1/jobs", "User-Agent: a\rX-B: c"), ...broken },
    { what: "a NUL in a header", bytes: get("/v1/jobs", "User-Agent: a\0b"), ...broken },
  ],
  "Wrong method": [
    {
      what: "CONNECT",
      bytes: lines("CONNECT localhost:22 HTTP/1.1", "Host: localhost"),
      status: 405,
      code: "method_not_allowed",
    },
    {
      what: "TRACE",
      bytes: lines("TRACE /v1/jobs HTTP/1.1", "Host: localhost"),
      status: 405,
      code: "method_not_allowed",
    },
    { what: "a method that is none", bytes: lines("JUMP /v1/jobs HTTP/1.1", "Host: localhost"), ...broken },
    { what: "a body of GET", bytes: get("/v1/jobs", "Content-Length: 2"), ...broken },
    {
      what: "an upgrade where nothing streams, to what is not there",
      bytes: get("/v1/nothing", "Connection: Upgrade", "Upgrade: websocket"),
      status: 404,
      code: "not_found",
    },
    {
      what: "a handshake that is none",
      bytes: get(`/v1/jobs/${id}/events`, "Connection: Upgrade", "Upgrade: websocket"),
      status: 404,
      code: "not_found",
    },
  ],
};
