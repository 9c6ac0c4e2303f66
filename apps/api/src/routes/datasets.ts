import { z } from "zod";
import { listDatasets } from "@longshore/shared/datasets/datasets";
import { defineRoute, type Route } from "../http/route.ts";
import type { createReadRows } from "../services/read-rows.ts";
import { datasetParams } from "./dataset-params.ts";
import { jsonSchema } from "./json-schema.ts";
import { negotiatedHeaderDoc } from "./negotiated.ts";
import { chooseRowsType, replyWithRows, rowsQuery, rowsTypes } from "./rows-reply.ts";

export type DatasetRoutesDeps = { readRows: ReturnType<typeof createReadRows> };

const datasetSchema = z
  .object({
    name: z.string(),
    summary: z.string(),
    row: jsonSchema,
    columns: z.array(z.string()).nullable().describe("What a CSV header may name; null where it may name anything."),
    key: z.array(z.string()).describe("What makes a row a duplicate; empty where no row is one."),
    example: z.unknown(),
  })
  .meta({
    id: "Dataset",
    examples: [
      {
        name: "users",
        summary: "People by e-mail address. Addresses are trimmed and lower-cased: they are the key.",
        row: { type: "object", properties: { email: { type: "string" }, name: { type: "string" } } },
        columns: ["email", "name"],
        key: ["email"],
        example: { email: "ada@example.com", name: "Ada Lovelace" },
      },
    ],
  });

/** Where rows can be imported into, and what is there. */
export function createDatasetRoutes({ readRows }: DatasetRoutesDeps): Route[] {
  const datasets = listDatasets().map(({ name, summary, row, fields, key, example }) => ({
    name,
    summary,
    row: z.toJSONSchema(row, { io: "input" }),
    columns: fields ? Object.keys(fields) : null,
    key: [...key],
    example,
  }));

  return [
    defineRoute({
      operationId: "listDatasets",
      method: "get",
      path: "/v1/datasets",
      tags: ["datasets"],
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
    defineRoute({
      operationId: "readRows",
      method: "get",
      path: "/v1/datasets/{dataset}/rows",
      tags: ["datasets"],
      scope: "read",
      cost: 10,
      summary: "Read all rows of a dataset",
      description:
        "Streams all rows of the caller's tenant in the order of its key, or in the order in which rows were written where there is none, in the " +
        "fields in which they can be imported. In CSV, text that a spreadsheet would take for a formula starts with `'`.",
      request: {
        params: datasetParams,
        query: rowsQuery,
      },
      responses: {
        200: {
          description: "The rows.",
          contentTypes: rowsTypes,
          headers: negotiatedHeaderDoc,
          examples: {
            "application/x-ndjson": '{"email":"ada@example.com","name":"Ada Lovelace"}\n',
            "text/csv": "email,name\nada@example.com,Ada Lovelace\n",
          },
        },
      },
      errors: ["unknown_dataset", "unavailable"],
      handler({ params, query, caller, req }) {
        const type = chooseRowsType(req, query);
        return replyWithRows(type, readRows(params.dataset, caller.tenant, { asTable: type === "text/csv" }));
      },
    }),
  ];
}
