import express from "express";
import { z } from "zod";
import { pino } from "pino";
import { createWriteStream } from "node:fs";
import { createHttpApp } from "../src/http/create-http-app.ts";
import { listen } from "../src/http/http-server.ts";
import { defineRoute, jsonBody } from "../src/http/route.ts";
const mode = process.argv[2];
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
    responses: { 200: { description: "d", schema: z.object({ id: z.string(), limit: z.number() }) } },
    handler: ({ params, query }) => ({ status: 200, body: { id: params.id, limit: query.limit } }),
  }),
  defineRoute({
    operationId: "post",
    method: "post",
    path: "/v1/jobs",
    tags: ["x"],
    scope: "read",
    summary: "s",
    request: {
      body: jsonBody(z.strictObject({ kind: z.string(), payload: z.unknown() }), {
        example: { kind: "x", payload: 1 },
      }),
    },
    responses: { 202: { description: "d", schema: z.object({ kind: z.string() }) } },
    handler: async ({ body }) => ({ status: 202, body: { kind: body.kind } }),
  }),
];
if (mode === "bare") {
  const app = express();
  app.disable("etag");
  app.get("/v1/hi/:id", (req, res) => void res.json({ id: req.params.id, limit: 5 }));
  app.post("/v1/jobs", express.json(), (req, res) => void res.status(202).json({ kind: req.body.kind }));
  app.listen(8124);
} else {
  const log = pino(
    { level: mode === "silent" ? "silent" : "info" },
    pino.destination({ dest: "/dev/null", sync: false }),
  );
  await listen(createHttpApp({ routes, log, info: { title: "t", version: "1" } }), { port: 8124, host: "127.0.0.1" });
}
