import { z } from "zod";
import { clientContracts } from "@longshore/shared/jobs/contracts";
import { defineRoute, type Route } from "../http/route.ts";
import { jsonSchema } from "./json-schema.ts";

const kindSchema = z
  .object({
    kind: z.string(),
    summary: z.string(),
    payload: jsonSchema,
    result: jsonSchema,
    defaults: z.object({ attempts: z.int(), timeoutMs: z.int(), concurrency: z.int() }),
    example: z.unknown(),
  })
  .meta({
    id: "Kind",
    examples: [
      {
        kind: "users.process",
        summary: "Derives a user's profile (display name, initials, e-mail domain) and stores it.",
        payload: { type: "object", properties: { userId: { type: "integer", minimum: 1 } }, required: ["userId"] },
        result: { type: "object", properties: { userId: { type: "integer" }, displayName: { type: "string" } } },
        defaults: { attempts: 5, timeoutMs: 30_000, concurrency: 20 },
        example: { userId: 1 },
      },
    ],
  });

/** What jobs a client can have done. */
export function createKindRoutes(): Route[] {
  const kinds = clientContracts.map(
    ({ kind, summary, payload, result, attempts, timeoutMs, concurrency, example }) => ({
      kind,
      summary,
      payload: z.toJSONSchema(payload, { io: "input" }),
      result: z.toJSONSchema(result, { io: "output" }),
      defaults: { attempts, timeoutMs, concurrency },
      example,
    }),
  );

  return [
    defineRoute({
      operationId: "listKinds",
      method: "get",
      path: "/v1/kinds",
      tags: ["kinds"],
      scope: "read",
      summary: "List the kinds of jobs",
      responses: {
        200: { description: "All kinds.", schema: z.object({ items: z.array(kindSchema), nextCursor: z.null() }) },
      },
      handler: () => ({ status: 200, body: { items: kinds, nextCursor: null } }),
    }),
  ];
}
