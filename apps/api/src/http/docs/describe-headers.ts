import type { oas31 } from "zod-openapi";

/** What is known of a header beside what the route says of it. */
type Shape = { schema: oas31.SchemaObject; example?: string | number };

/** A header as the document has it. */
export type HeaderDoc = Shape & { description: string };

const shapes: Readonly<Record<string, Shape>> = {
  "Accept-Encoding": { schema: { type: "string" }, example: "identity, gzip, br, zstd" },
  "Accept-Patch": { schema: { type: "string" }, example: "application/json" },
  "Accept-Post": { schema: { type: "string" }, example: "application/json" },
  ETag: { schema: { type: "string" }, example: '"4.1"' },
  Location: {
    schema: { type: "string", format: "uri-reference" },
    example: "/v1/jobs/01a1fda7-b41d-7772-adca-07dbb68c645d",
  },
  RateLimit: { schema: { type: "string", pattern: '^"default";r=\\d+;t=\\d+$' }, example: '"default";r=59990;t=42' },
  "RateLimit-Policy": {
    schema: { type: "string", pattern: '^"default";q=\\d+;w=[\\d.]+$' },
    example: '"default";q=60000;w=60',
  },
  "Retry-After": { schema: { type: "integer", minimum: 0 }, example: 1 },
  "Server-Timing": { schema: { type: "string", pattern: "^total;dur=[\\d.]+" }, example: "total;dur=1.27" },
  "WWW-Authenticate": { schema: { type: "string", pattern: "^Bearer" }, example: 'Bearer error="invalid_token"' },
  "X-Process-Time": { schema: { type: "number", minimum: 0 }, example: 1.27 },
  "X-Request-Id": { schema: { type: "string" }, example: "0d9f6a3e-6b0e-4a53-9f5c-0d3d2b7d8f57" },
};

/** Header names with their descriptions, as the document has them. */
export function describeHeaders(headers: Readonly<Record<string, string>>): Record<string, HeaderDoc> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, ...(shapes[name] ?? { schema: { type: "string" } }) },
    ]),
  );
}
