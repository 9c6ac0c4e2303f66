import { z } from "zod";
import { createLogger } from "@longshore/shared/logger";
import { createHttpApp } from "../src/http/create-http-app.ts";
import { defineRoute, jsonBody, streamBody } from "../src/http/route.ts";
import { AppError } from "@longshore/shared/errors";
const routes = [
  defineRoute({
    operationId: "hi",
    method: "get",
    path: "/v1/hi/{id}",
    tags: ["x"],
    scope: "read",
    summary: "s",
    request: {
      params: z.object({ id: z.uuid() }),
      query: z.object({ limit: z.coerce.number().int().max(10).default(5) }),
    },
    responses: {
      200: { description: "d", schema: z.object({ id: z.string(), limit: z.number() }) },
      304: { description: "n" },
    },
    handler: async ({ params, query }) => ({ status: 200, body: { id: params.id, limit: query.limit } }),
  }),
  defineRoute({
    operationId: "post",
    method: "post",
    path: "/v1/jobs",
    tags: ["x"],
    scope: "read",
    summary: "s",
    request: { body: jsonBody(z.strictObject({ kind: z.string() }), { example: { kind: "x" } }) },
    responses: { 202: { description: "d", schema: z.object({ kind: z.string() }) } },
    handler: async ({ body }) => ({ status: 202, body }),
  }),
  defineRoute({
    operationId: "imp",
    method: "put",
    path: "/v1/imp",
    tags: ["x"],
    scope: "read",
    summary: "s",
    request: { body: streamBody({ "text/csv": { description: "x", example: "a,b" } }) },
    responses: { 202: { description: "d", schema: z.object({ n: z.number() }) } },
    handler: async ({ body }) => {
      let n = 0;
      for await (const c of body.stream) {
        n += c.length;
        if (n > 1e6 && body.contentType === "text/csv") throw new AppError("body_too_large");
      }
      return { status: 202, body: { n } };
    },
  }),
  defineRoute({
    operationId: "early",
    method: "put",
    path: "/v1/early",
    tags: ["x"],
    scope: "read",
    summary: "s",
    request: { body: streamBody({ "text/csv": { description: "x", example: "a,b" } }) },
    responses: { 202: { description: "d" } },
    handler: async () => {
      throw new AppError("validation_failed");
    },
  }),
];
import { listen } from "../src/http/http-server.ts";
await listen(createHttpApp({ routes, log: createLogger("api", "debug"), info: { title: "Longshore", version: "1" } }), {
  port: 8123,
  host: "127.0.0.1",
});
