import { connect, type Socket } from "node:net";
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { AppError } from "@longshore/shared/errors";
import { pino } from "pino";
import { z } from "zod";
import { createHttpApp } from "../src/http/create-http-app.ts";
import { listen } from "../src/http/http-server.ts";
import { defineRoute, jsonBody, streamBody, streamed, type Route } from "../src/http/route.ts";

export const thingId = "0199e7a0-0000-7000-8000-000000000000";

/** The limit of `POST /v1/things`. */
export const maxThingBytes = 1_000;

class DatabaseDown extends Error {}

/** What the routes below saw, for tests to wait for. */
export type Seen = { uploaded: number; uploadError: unknown; gone: PromiseWithResolvers<void> };

const uploadTypes = {
  "text/csv": { description: "Lines.", example: "name\nAda\n" },
  "application/x-ndjson": { description: "Lines of JSON.", example: '{"name":"Ada"}\n' },
};

function createFixtureRoutes(seen: Seen): Route[] {
  return [
    defineRoute({
      operationId: "getThing",
      method: "get",
      path: "/v1/things/{id}",
      tags: ["things"],
      scope: "read",
      summary: "Read a thing",
      request: {
        params: z.object({ id: z.uuid() }),
        query: z.object({ limit: z.coerce.number().int().min(1).max(10).default(5), q: z.string().optional() }),
        headers: z.object({ prefer: z.string().max(10).optional() }),
      },
      responses: {
        200: {
          description: "The thing.",
          schema: z.object({ id: z.string(), limit: z.int() }),
          headers: { ETag: "Its version." },
        },
        304: { description: "Unchanged." },
      },
      handler: ({ params, query, req }) =>
        req.headers["if-none-match"] === '"1"'
          ? { status: 304, headers: { ETag: '"1"' } }
          : { status: 200, headers: { ETag: '"1"' }, body: { id: params.id, limit: query.limit } },
    }),
    defineRoute({
      operationId: "deleteThing",
      method: "delete",
      path: "/v1/things/{id}",
      tags: ["things"],
      scope: "admin",
      summary: "Delete a thing",
      request: { params: z.object({ id: z.uuid() }) },
      responses: { 204: { description: "It is gone." } },
      handler: () => ({ status: 204 }),
    }),
    defineRoute({
      operationId: "createThing",
      method: "post",
      path: "/v1/things",
      tags: ["things"],
      scope: "submit",
      summary: "Create a thing",
      request: {
        body: jsonBody(z.strictObject({ name: z.string(), size: z.number().optional() }), {
          example: { name: "crane" },
          maxBytes: maxThingBytes,
        }),
      },
      responses: {
        201: { description: "The thing.", schema: z.object({ name: z.string() }), headers: { Location: "Its URL." } },
      },
      errors: ["unavailable"],
      handler: async ({ body }) => ({
        status: 201,
        headers: { Location: `/v1/things/${thingId}` },
        body: { name: body.name },
      }),
    }),
    defineRoute({
      operationId: "createThings",
      method: "post",
      path: "/v1/things/batch",
      tags: ["things"],
      scope: "submit",
      summary: "Create things",
      request: { body: jsonBody(z.array(z.unknown()), { example: [] }) },
      responses: { 202: { description: "How many.", schema: z.int() } },
      handler: async ({ body }) => ({ status: 202, body: body.length }),
    }),
    defineRoute({
      operationId: "upload",
      method: "post",
      path: "/v1/uploads/{mode}",
      tags: ["things"],
      scope: "submit",
      summary: "Upload bytes: all are counted, or they are refused before or while they are read",
      request: { params: z.object({ mode: z.enum(["count", "refuse", "interrupt"]) }), body: streamBody(uploadTypes) },
      responses: {
        200: {
          description: "What came.",
          schema: z.object({ bytes: z.int(), contentType: z.string(), contentEncoding: z.string() }),
        },
      },
      async handler({ params, body }) {
        if (params.mode === "refuse") throw new AppError("validation_failed", { message: "refused unread" });
        seen.uploaded = 0;
        try {
          for await (const chunk of body.stream as AsyncIterable<Buffer>) {
            seen.uploaded += chunk.length;
            if (params.mode === "interrupt") throw new AppError("body_too_large", { message: "refused midway" });
          }
        } catch (error) {
          seen.uploadError = error;
          throw error;
        }
        const { contentType, contentEncoding } = body;
        return { status: 200, body: { bytes: seen.uploaded, contentType, contentEncoding } };
      },
    }),
    defineRoute({
      operationId: "failThing",
      method: "get",
      path: "/v1/failures/{how}",
      tags: ["things"],
      scope: "read",
      summary: "Fail",
      request: { params: z.object({ how: z.enum(["bug", "busy", "database", "midway", "stream", "first-row"]) }) },
      responses: { 200: { description: "Never.", contentTypes: ["text/plain"] } },
      async handler({ params, res }) {
        res.setHeader("ETag", '"stale"');
        if (params.how === "busy") throw new AppError("unavailable", { message: "no room", retryAfterSeconds: 7 });
        if (params.how === "database") throw new DatabaseDown("password=hunter2");
        if (params.how === "midway") res.writeHead(200, { "Content-Type": "text/plain" }).write("half");
        if (params.how === "stream" || params.how === "first-row") {
          return {
            status: 200,
            headers: { "Content-Type": "text/plain" },
            body: failingRows(params.how === "stream" ? 3 : 0),
          };
        }
        throw new Error("secret detail");
      },
    }),
    defineRoute({
      operationId: "exportThings",
      method: "get",
      path: "/v1/things/export",
      tags: ["things"],
      scope: "read",
      summary: "Stream rows",
      request: { query: z.object({ rows: z.coerce.number().int() }) },
      responses: { 200: { description: "Rows.", contentTypes: ["text/plain"] } },
      handler: ({ query }) => ({
        status: 200,
        headers: { "Content-Type": "text/plain" },
        body: countRows(query.rows, () => seen.gone.resolve()),
      }),
    }),
    defineRoute({
      operationId: "watchThing",
      method: "get",
      path: "/v1/endless",
      tags: ["things"],
      scope: "read",
      summary: "Stream until the client leaves",
      responses: { 200: { description: "Dots.", contentTypes: ["text/plain"] } },
      async handler({ res, signal }) {
        res.writeHead(200, { "Content-Type": "text/plain" }).write(".");
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        seen.gone.resolve();
        return streamed;
      },
    }),
  ];
}

async function* countRows(rows: number, onClosed: () => void): AsyncGenerator<string> {
  try {
    for (let row = 1; row <= rows; row += 1) yield `row ${row}\n`;
  } finally {
    onClosed();
  }
}

async function* failingRows(good: number): AsyncGenerator<string> {
  for (let row = 1; row <= good; row += 1) {
    await setImmediate();
    yield `row ${row}\n`;
  }
  throw new Error("a row is unreadable");
}

/** Serves the routes above on a free port. `logs` are the parsed log lines so far. */
export async function startFixture(
  options: {
    closeTimeoutMs?: number;
    maxConnections?: number;
    headersTimeoutMs?: number;
    routes?: readonly Route[];
  } = {},
) {
  const seen: Seen = { uploaded: 0, uploadError: undefined, gone: Promise.withResolvers() };
  const logs: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      logs.push(JSON.parse(line.toString()));
      done();
    },
  });
  const log = pino({ level: "debug" }, sink);
  const app = createHttpApp({
    routes: [...createFixtureRoutes(seen), ...(options.routes ?? [])],
    log,
    info: { title: "Fixture", version: "1.2.3" },
    translateError: (error) =>
      error instanceof DatabaseDown ? new AppError("unavailable", { retryAfterSeconds: 2, cause: error }) : undefined,
  });
  const { closeTimeoutMs = 1_000, maxConnections = 1_000, headersTimeoutMs = 10_000 } = options;
  const server = await listen(app, {
    host: "127.0.0.1",
    port: 0,
    log,
    maxConnections,
    headersTimeoutMs,
    closeTimeoutMs,
  });
  return { ...server, url: `http://127.0.0.1:${server.port}`, seen, logs };
}

export type Fixture = Awaited<ReturnType<typeof startFixture>>;

// oxlint-disable-next-line typescript/no-explicit-any -- a test says what it expects of an answer by reading it
export type Json = any;

export async function readJson(response: Response): Promise<Json> {
  return response.json();
}

/** A raw connection: what was sent back so far, and a promise of it when the server closes. */
export function openRaw(
  port: number,
  head: readonly string[],
): { socket: Socket; received: () => string; closed: Promise<string> } {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const received = () => Buffer.concat(chunks).toString();
  const closed = new Promise<string>((resolve) => {
    const settle = () => resolve(received());
    socket
      .on("data", (chunk) => chunks.push(chunk))
      .on("end", settle)
      .on("error", settle)
      .on("close", settle);
  });
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  return { socket, received, closed };
}
