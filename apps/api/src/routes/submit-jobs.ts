import { z } from "zod";
import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import { clientContracts, contracts } from "@longshore/shared/jobs/contracts";
import { submissionSchema } from "@longshore/shared/jobs/submission";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import { defineRoute, jsonBody, type Route } from "../http/route.ts";
import type { createSubmitBatch } from "../services/submit-batch.ts";
import type { createSubmitJob } from "../services/submit-job.ts";
import { acceptedHeaderDocs, acceptedHeaders } from "./accepted.ts";
import { queuedJob } from "./examples/queued-job.ts";
import { idempotencyErrors, idempotencyHeaders, replayedHeader, replayedHeaderDoc } from "./idempotency.ts";

export type SubmitRoutesDeps = {
  submitJob: ReturnType<typeof createSubmitJob>;
  submitBatch: ReturnType<typeof createSubmitBatch>;
};

const maxBatch = 1_000;
const example = { kind: "sleep", payload: contracts.sleep.example };
const examples = Object.fromEntries(
  clientContracts.map(({ kind, example: payload }) => [kind, { kind, payload, options: { tags: { team: "a" } } }]),
);

const deduplicated = "Longshore-Deduplicated";
const deduplicatedDoc = {
  [deduplicated]: "`true` when this is an older job that is pending under the same `dedupKey`.",
};

const batchResultSchema = z.object({
  items: z
    .array(
      z.object({
        index: z.int().describe("Of the submission, from 0."),
        job: jobViewSchema.optional().describe("If it was accepted."),
        deduplicated: z.literal(true).optional().describe("It is an older job, pending under the same `dedupKey`."),
        error: z
          .object({
            code: z.enum(Object.keys(errorTitles) as [ErrorCode]),
            message: z.string(),
            errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).readonly(),
          })
          .optional()
          .describe("If it was not; the pointers are into the array that was sent."),
      }),
    )
    .describe("One for each submission, in their order."),
  accepted: z.int(),
  rejected: z.int(),
});

/** Submitting jobs, one or many. */
export function createSubmitRoutes({ submitJob, submitBatch }: SubmitRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "submitJob",
      method: "post",
      path: "/v1/jobs",
      tags: ["jobs"],
      scope: "submit",
      summary: "Submit a background job",
      description: `The job is committed before the 202. Kinds:\n\n${clientContracts
        .map(({ kind, summary }) => `- \`${kind}\`: ${summary}`)
        .join("\n")}`,
      request: { headers: idempotencyHeaders, body: jsonBody(submissionSchema, { example, examples }) },
      responses: {
        202: {
          description: "Accepted: it will be done.",
          schema: jobViewSchema,
          headers: { ...acceptedHeaderDocs, ...deduplicatedDoc, ...replayedHeaderDoc },
          example: queuedJob,
        },
      },
      errors: ["unknown_kind", "unavailable", ...idempotencyErrors],
      async handler({ headers, body, requestId, traceparent, caller }) {
        const idempotencyKey = headers["idempotency-key"];
        const submitter = { tenant: caller.tenant, requestId, traceparent, idempotencyKey };
        const { response, replayed } = await submitJob(body, submitter);
        return {
          status: 202,
          headers: {
            ...acceptedHeaders(response.job),
            [deduplicated]: response.deduplicated ? "true" : undefined,
            ...replayedHeader(replayed),
          },
          body: response.job,
        };
      },
    }),
    defineRoute({
      operationId: "submitBatch",
      method: "post",
      path: "/v1/jobs/batch",
      tags: ["jobs"],
      scope: "submit",
      cost: 10,
      summary: `Submit up to ${maxBatch} background jobs`,
      description:
        "What is right is accepted, all of it in one transaction; what is wrong is listed with its index. If nothing is right, " +
        "the answer is 422.",
      request: {
        headers: idempotencyHeaders,
        body: jsonBody(
          z
            .array(z.unknown().meta({ override: { $ref: "#/components/schemas/Submission" } }))
            .min(1)
            .max(maxBatch),
          { example: [example], maxBytes: 8 * 1024 * 1024, itemByItem: true },
        ),
      },
      responses: {
        202: {
          description: "What became of each.",
          schema: batchResultSchema,
          headers: replayedHeaderDoc,
          example: { items: [{ index: 0, job: queuedJob }], accepted: 1, rejected: 0 },
        },
      },
      errors: ["unavailable", ...idempotencyErrors],
      async handler({ headers, body, requestId, traceparent, caller }) {
        const idempotencyKey = headers["idempotency-key"];
        const submitter = { tenant: caller.tenant, requestId, traceparent, idempotencyKey };
        const { response, replayed } = await submitBatch(body, submitter);
        return { status: 202, headers: replayedHeader(replayed), body: response };
      },
    }),
  ];
}
