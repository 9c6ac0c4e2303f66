import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { listDatasets } from "@longshore/shared/datasets/datasets";
import { toJsonLine } from "@longshore/shared/records/to-json-line";
import { defineRoute, type Route } from "../http/route.ts";
import type { createReadRows, Rows } from "../services/read-rows.ts";
import { jsonSchema } from "./json-schema.ts";

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
  .meta({ id: "Dataset" });

const contentTypes = { ndjson: "application/x-ndjson", csv: "text/csv" } as const;

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
      summary: "Read all rows of a dataset",
      description:
        "Streams all rows of the caller's tenant in the order of its key, or in the order in which rows were written where there is none, in the " +
        "fields in which they can be imported. In CSV, text that a spreadsheet would take for a formula starts with `'`.",
      request: {
        params: z.object({ dataset: z.string().min(1) }),
        query: z.object({
          format: z.enum(["ndjson", "csv"]).optional().describe("Without it, `Accept` decides; NDJSON if it does not."),
        }),
      },
      responses: { 200: { description: "The rows.", contentTypes: Object.values(contentTypes) } },
      errors: ["unknown_dataset", "unavailable"],
      handler({ params, query, caller, req }) {
        const type = query.format
          ? contentTypes[query.format]
          : req.accepts(Object.values(contentTypes)) || contentTypes.ndjson;
        const asTable = type === contentTypes.csv;
        const rows = readRows(params.dataset, caller.tenant, { asTable });
        const headers = { "Content-Type": `${type}; charset=utf-8`, Vary: "Accept" };
        return { status: 200, headers, body: asTable ? toCsv(rows) : toNdjson(rows) };
      },
    }),
  ];
}

/** As https://owasp.org/www-community/attacks/CSV_Injection advises; numbers stay what they are. */
const csvOptions = {
  escape_formulas: true,
  cast: { boolean: String, date: (date: Date) => date.toISOString() },
};

async function* toCsv({ columns, pages }: Rows): AsyncGenerator<string> {
  let header = stringify([columns]);
  for await (const page of pages) {
    yield header + stringify(page, { ...csvOptions, columns });
    header = "";
  }
}

async function* toNdjson({ pages }: Rows): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(toJsonLine).join("");
}
