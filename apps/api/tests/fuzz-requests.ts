import fc, { type Arbitrary } from "fast-check";
import { hostileTexts, mutationsOf } from "./fuzz-mutations.ts";
import { valuesOf } from "./fuzz-values.ts";
import type { Json } from "./http-fixture.ts";
import { listExamples, type Operation } from "./openapi-document.ts";

export type FuzzRequest = {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: string | Buffer;
};

/** The values of parameters in paths that lead to something, by name. */
export type Known = Readonly<Record<string, readonly string[]>>;

type Head = { path: string; headers: Record<string, string> };
type Body = { type: string; body: string | Buffer };

/** Requests for an operation: such as its declaration allows, the same with one thing wrong, and hostile ones. */
export function requestsOf(document: Json, operation: Operation, known: Known): Arbitrary<FuzzRequest> {
  const heads = headsOf(document, operation, known);
  const bodies = bodiesOf(document, operation);
  const whole = fc.tuple(heads, bodies).map(([head, body]) => join(operation, head, body));
  return fc.oneof(
    { weight: 3, arbitrary: whole },
    { weight: 1, arbitrary: fc.tuple(whole, disturbances).map(disturb) },
  );
}

function join({ method }: Operation, { path, headers }: Head, sent: Body | undefined): FuzzRequest {
  const typed = sent ? { "content-type": sent.type } : {};
  return { method: method.toUpperCase(), path, headers: { ...typed, ...headers }, body: sent?.body ?? "" };
}

function headsOf(document: Json, { path, said }: Operation, known: Known): Arbitrary<Head> {
  const parameters: Json[] = said.parameters ?? [];
  const inPlace = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const inPath = inPlace("path").map(({ name, schema }) => {
    const found = { weight: 8, arbitrary: fc.constantFrom<string>(...(known[name] ?? schema.examples)) };
    const others = [textsOf(document, schema), hostileTexts].map((arbitrary) => ({ weight: 1, arbitrary }));
    return [name, fc.oneof(found, ...others).map((text) => encode(text) || "x")] as const;
  });
  const inQuery = inPlace("query").map(({ name, schema }) => {
    const maxLength = schema.type ? 1 : 2;
    return [name, fc.array(textsOf(document, schema), { minLength: 1, maxLength })] as const;
  });
  const inHeaders = inPlace("header").map(
    ({ name, schema }) => [name, textsOf(document, schema).filter(isSendable)] as const,
  );

  return fc
    .record({
      path: fc.record<Record<string, string>>(Object.fromEntries(inPath)),
      query: someOf<string[]>(inQuery),
      headers: someOf<string>(inHeaders),
    })
    .map(({ path: named, query, headers }) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => named[name]!);
      const pairs = Object.entries(query).flatMap(([name, values]) =>
        values.map((value) => `${name}=${encode(value)}`),
      );
      return {
        path: pairs.length > 0 ? `${filled}?${pairs.join("&")}` : filled,
        headers,
      };
    });
}

/** Few of these at a time: each may be what is refused. */
function someOf<Value>(parameters: readonly (readonly [string, Arbitrary<Value>])[]): Arbitrary<Record<string, Value>> {
  const fields = parameters.map(([name, values]) => [name, fc.option(values, { freq: 1, nil: undefined })] as const);
  return fc
    .record(Object.fromEntries(fields), { requiredKeys: [] })
    .map((some) =>
      Object.fromEntries(Object.entries(some).filter((pair): pair is [string, Value] => pair[1] !== undefined)),
    );
}

/** A parameter's value as text: mostly one that its schema allows. */
function textsOf(document: Json, schema: Json): Arbitrary<string> {
  return fc.oneof(
    { weight: 5, arbitrary: valuesOf(document, schema).map(asText) },
    { weight: 1, arbitrary: hostileTexts },
  );
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Node's client lets nothing else into a header. */
function isSendable(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

function bodiesOf(document: Json, { said }: Operation): Arbitrary<Body | undefined> {
  const content = Object.entries<Json>(said.requestBody?.content ?? {});
  if (content.length === 0) return fc.constant(undefined);
  return fc.oneof(
    ...content.map(([type, media]) =>
      type === "application/json" ? jsonBodiesOf(document, media) : textBodiesOf(document, type, media),
    ),
  );
}

function jsonBodiesOf(document: Json, media: Json): Arbitrary<Body> {
  const examples = listExamples(document, media).map(([, example]) => example);
  const valid = fc.oneof(fc.constantFrom(...examples), valuesOf(document, media.schema));
  const values = fc.oneof({ weight: 2, arbitrary: valid }, { weight: 3, arbitrary: mutationsOf(valid) });
  return values.map((value) => ({ type: "application/json", body: JSON.stringify(value) ?? "" }));
}

/** Lines, some of which are those of the example. */
function textBodiesOf(document: Json, type: string, media: Json): Arbitrary<Body> {
  const [[, example]] = listExamples(document, media) as [[string, string]];
  const lines = example.trim().split("\n");
  const line = fc.oneof(fc.constantFrom(...lines), fc.string(), hostileTexts, fc.json({ maxDepth: 2 }));
  return fc.array(line, { maxLength: 4 }).map((more) => ({ type, body: [...lines, ...more].join("\n") }));
}

const brokenBodies = fc.oneof(
  fc.constantFrom(
    "",
    "{",
    "[",
    "nul",
    '"',
    "NaN",
    "{}",
    "[]",
    "[[]]",
    '{"a":1e999}',
    '{"a":1,"a":2}',
    "\ufeff{}",
    '{"__proto__":{}}',
    '"\\ud800"',
    "9".repeat(1_000),
    "[".repeat(100_000),
    `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`,
    `"${"a".repeat(200_000)}"`,
    'a,b\n"',
    "a\n1\n",
    "\n\n\n",
    "\r",
    "{}\n{}",
  ),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.from([0xff, 0xfe, 0x00])),
  fc.constant(Buffer.from([0x1f, 0x8b, 0x08, 0x00])),
);

type Disturbance = Partial<{
  headers: Record<string, string | string[]>;
  body: string | Buffer;
  query: string;
  path: string;
}>;

/** What may be wrong with any request. */
const disturbances: Arbitrary<Disturbance> = fc.oneof(
  brokenBodies.map((body) => ({ body })),
  fc
    .constantFrom(
      "text/plain",
      "application/json; charset=utf-16",
      "application/x-www-form-urlencoded",
      "application/xml",
      "json",
      "*/*",
      "",
    )
    .map((type) => ({ headers: { "content-type": type } })),
  fc
    .constantFrom("gzip", "br", "zstd", "deflate", "identity", "gzip, gzip", "x")
    .map((encoding) => ({ headers: { "content-encoding": encoding } })),
  fc
    .constantFrom("text/csv", "text/html", "application/x-ndjson;q=0", "*/*;q=0.1, text/csv", ";;", "a".repeat(1_000))
    .map((accept) => ({ headers: { accept } })),
  fc
    .tuple(
      fc.constantFrom(
        "idempotency-key",
        "if-none-match",
        "if-match",
        "last-event-id",
        "prefer",
        "traceparent",
        "x-request-id",
        "range",
        "authorization",
        "origin",
        "x-forwarded-for",
      ),
      hostileTexts.filter(isSendable),
    )
    .map(([name, value]) => ({ headers: { [name]: value } })),
  fc
    .tuple(fc.oneof(hostileTexts, fc.string()), hostileTexts)
    .map(([name, value]) => ({ query: `${encode(name)}=${encode(value)}` })),
  fc
    .constantFrom("%", "%ff", "a[b]=c", "limit=5&limit=6", "=", "&&&", "limit[]=1", "a=%zz", "cursor=%00")
    .map((query) => ({ query })),
  fc.constantFrom("%ff", "%", "%00", "%2e%2e", "%2f").map((path) => ({ path })),
);

function disturb([request, { headers, body, query, path }]: [FuzzRequest, Disturbance]): FuzzRequest {
  const [start, asked] = request.path.split("?");
  const place =
    path && /\/[^/]*$/.test(start!) && request.path.includes("-") ? start!.replace(/[^/]*-[^/]*/, path) : start!;
  const pairs = [asked, query].filter((pair) => pair !== undefined);
  return {
    ...request,
    path: pairs.length > 0 ? `${place}?${pairs.join("&")}` : place,
    headers: { ...request.headers, ...headers },
    body: body ?? request.body,
  };
}
