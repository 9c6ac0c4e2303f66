import { z } from "zod";
import { listDatasets } from "@longshore/shared/datasets/datasets";
import { contracts } from "@longshore/shared/jobs/contracts";
import { defineRoute, type Route } from "../http/route.ts";

const jsonSchema = z.record(z.string(), z.unknown()).describe("A JSON Schema.");

const kindSchema = z
  .object({
    kind: z.string(),
    summary: z.string(),
    payload: jsonSchema,
    result: jsonSchema,
    defaults: z.object({ attempts: z.int(), timeoutMs: z.int(), concurrency: z.int() }),
    example: z.unknown(),
  })
  .meta({ id: "Kind" });

const datasetSchema = z
  .object({
    name: z.string(),
    summary: z.string(),
    row: jsonSchema,
    columns: z.array(z.string()),
    key: z.array(z.string()),
    example: z.unknown(),
  })
  .meta({ id: "Dataset" });

/** What this service can do: the registered kinds and datasets, with their schemas. */
export function createCatalogRoutes(): Route[] {
  const kinds = Object.values(contracts).map(
    ({ kind, summary, payload, result, attempts, timeoutMs, concurrency, example }) => ({
      kind,
      summary,
      payload: z.toJSONSchema(payload, { io: "input" }),
      result: z.toJSONSchema(result, { io: "output" }),
      defaults: { attempts, timeoutMs, concurrency },
      example,
    }),
  );
  const datasets = listDatasets().map(({ name, summary, row, columns, key, example }) => ({
    name,
    summary,
    row: z.toJSONSchema(row, { io: "input" }),
    columns: Object.keys(columns),
    key: [...key],
    example,
  }));

  return [
    defineRoute({
      operationId: "listKinds",
      method: "get",
      path: "/v1/kinds",
      tags: ["catalog"],
      scope: "read",
      summary: "List the kinds of jobs",
      responses: {
        200: { description: "All kinds.", schema: z.object({ items: z.array(kindSchema), nextCursor: z.null() }) },
      },
      handler: () => ({ status: 200, body: { items: kinds, nextCursor: null } }),
    }),
    defineRoute({
      operationId: "listDatasets",
      method: "get",
      path: "/v1/datasets",
      tags: ["catalog"],
      scope: "read",
      summary: "List the datasets that rows can be imported into",
      responses: {
        200: {
          description: "All datasets.",
          schema: z.object({ items: z.array(datasetSchema), nextCursor: z.null() }),
        },
      },
      handler: () => ({ status: 200, body: { items: datasets, nextCursor: null } }),
    }),
  ];
}
