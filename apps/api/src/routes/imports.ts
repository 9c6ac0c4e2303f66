import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import type { ImportFormat } from "@longshore/shared/db/schema";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import { callableUrlSchema } from "@longshore/shared/net/callable-url-schema";
import { notes } from "@longshore/shared/imports/notes";
import { defineRoute, streamBody, type Route } from "../http/route.ts";
import type { createReadRejects, Rejects } from "../services/read-rejects.ts";
import type { createReceiveImport } from "../services/receive-import.ts";
import type { MaxRejects } from "../services/stage-import.ts";
import { acceptedHeaderDocs, acceptedHeaders } from "./accepted.ts";
import { datasetParams } from "./dataset-params.ts";
import { queuedImport } from "./examples/queued-import.ts";
import { idempotencyErrors, idempotencyHeaders, replayedHeader, replayedHeaderDoc } from "./idempotency.ts";
import { jobParams } from "./job-params.ts";
import { negotiatedHeaderDoc } from "./negotiated.ts";

export type ImportRoutesDeps = {
  receiveImport: ReturnType<typeof createReceiveImport>;
  readRejects: ReturnType<typeof createReadRejects>;
};

const formats = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "text/csv": "csv",
} as const satisfies Record<string, ImportFormat>;

const maxRejectsSchema = z
  .string()
  .regex(/^(\d{1,9}|(\d{1,2}(\.\d{1,3})?|100)%)$/, { error: "is neither a number of rows nor a percentage" })
  .transform((text): MaxRejects =>
    text.endsWith("%") ? { percent: Number(text.slice(0, -1)) } : { rows: Number(text) },
  );

export function createImportRoutes({ receiveImport, readRejects }: ImportRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "importRows",
      method: "post",
      path: "/v1/imports/{dataset}",
      tags: ["imports"],
      scope: "submit",
      cost: 10,
      summary: "Import rows into a dataset",
      description:
        "Streams the rows in, commits all of them and answers 202; workers write them. A row that cannot be written is a " +
        "reject and leaves its neighbours alone. Columns and fields that start with `_` are ignored.",
      request: {
        params: datasetParams,
        headers: idempotencyHeaders,
        query: z.object({
          onConflict: z
            .enum(["error", "ignore", "update"])
            .default("error")
            .describe("What to do with a row whose key exists: reject it, skip it, or update the row that is there."),
          dryRun: z
            .stringbool()
            .default(false)
            .describe("Try every row and report, but write none.")
            .meta({ override: { default: "false", examples: ["true"] } }),
          maxRejects: maxRejectsSchema
            .optional()
            .describe("With more rejects than this (`100`, or `5%` of the rows) the import stops as `failed`.")
            .meta({ override: { examples: ["100", "5%"] } }),
          correctionOf: z.uuid().optional().describe("The import whose rejected rows these are, corrected."),
          webhook: callableUrlSchema
            .optional()
            .describe("Whom to tell when the import is over.")
            .meta({ examples: ["https://example.com/hooks"] }),
        }),
        body: streamBody({
          "application/json": {
            description: "An array of rows.",
            example: '[{"name":"Ada Lovelace","email":"ada@example.com"}]',
            schema: z.array(z.record(z.string(), z.unknown())),
          },
          "application/x-ndjson": {
            description: "A row on each line.",
            example: '{"name":"Ada Lovelace","email":"ada@example.com"}\n',
          },
          "text/csv": {
            description: "RFC 4180, with a header.",
            example: "name,email\nAda Lovelace,ada@example.com\n",
          },
        }),
      },
      responses: {
        202: {
          description: "Accepted: every row will be applied once or rejected.",
          schema: jobViewSchema,
          headers: { ...acceptedHeaderDocs, ...replayedHeaderDoc },
          example: queuedImport,
        },
      },
      errors: [
        ...idempotencyErrors,
        "overloaded",
        "quota_exceeded",
        "unknown_dataset",
        "malformed_body",
        "invalid_utf8",
        "invalid_encoding",
        "upload_incomplete",
        "columns_mismatch",
        "empty_import",
        "body_too_large",
        "record_too_large",
        "unavailable",
      ],
      async handler({ params, query, headers, body, requestId, traceparent, log, caller }) {
        const { response: job, replayed } = await receiveImport({
          tenant: caller.tenant,
          dataset: params.dataset,
          format: formats[body.contentType],
          onConflict: query.onConflict,
          dryRun: query.dryRun,
          maxRejects: query.maxRejects,
          correctionOf: query.correctionOf,
          webhook: query.webhook,
          idempotencyKey: headers["idempotency-key"],
          upload: body.stream,
          encoding: body.contentEncoding,
          requestId,
          traceparent,
          log,
        });
        return { status: 202, headers: { ...acceptedHeaders(job), ...replayedHeader(replayed) }, body: job };
      },
    }),
    defineRoute({
      operationId: "getRejects",
      method: "get",
      path: "/v1/jobs/{id}/rejects",
      tags: ["imports"],
      scope: "read",
      cost: 10,
      summary: "Read the rejected rows of an import",
      description:
        "The rows in the submitted columns plus `_row`, `_code`, `_field` and `_message`, in the order they were sent; " +
        "`_sqlstate` and `_constraint` where PostgreSQL refused the row; `_raw` holds a record that could not be read. The corrected file can be posted back as it is.",
      request: { params: jobParams },
      responses: {
        200: {
          description: "NDJSON, or CSV if `Accept` prefers it.",
          contentTypes: ["application/x-ndjson", "text/csv"],
          headers: negotiatedHeaderDoc,
          examples: {
            "application/x-ndjson":
              '{"email":"grace@example","name":"Grace Hopper","_row":2,"_code":"invalid_format","_field":"email","_message":"must be an email address"}\n',
            "text/csv":
              "email,name,_row,_code,_field,_message\ngrace@example,Grace Hopper,2,invalid_format,email,must be an email address\n",
          },
        },
      },
      errors: ["not_found", "unavailable"],
      async handler({ params, caller, req }) {
        const type = req.accepts(["application/x-ndjson", "text/csv"]) || "application/x-ndjson";
        const asTable = type === "text/csv";
        const rejects = await readRejects(params.id, caller.tenant, { asTable });
        const headers = { "Content-Type": `${type}; charset=utf-8`, Vary: "Accept" };
        return { status: 200, headers, body: asTable ? toCsv(rejects) : toNdjson(rejects) };
      },
    }),
  ];
}

async function* toCsv({ columns, pages }: Rejects): AsyncGenerator<string> {
  const header = [...columns, ...notes];
  yield stringify([header]);
  for await (const page of pages) yield stringify(page, { columns: header });
}

async function* toNdjson({ pages }: Rejects): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((reject) => `${JSON.stringify(reject)}\n`).join("");
}
