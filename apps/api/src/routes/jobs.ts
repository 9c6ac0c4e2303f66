import { z } from "zod";
import { contracts } from "@longshore/shared/jobs/contracts";
import { isTerminal } from "@longshore/shared/status/job-state";
import { jobViewSchema, type JobView } from "@longshore/shared/status/job-view";
import { defineRoute, jsonBody, type Route } from "../http/route.ts";
import { submissionSchema, type createSubmitJob } from "../services/submit-job.ts";
import type { createCancelJob } from "../services/cancel-job.ts";
import type { createRetryJob } from "../services/retry-job.ts";
import type { createGetJob } from "../services/get-job.ts";
import { idempotencyErrors, idempotencyHeaders, replayedHeader, replayedHeaderDoc } from "./idempotency.ts";
import { defaultTenant } from "../services/tenant.ts";

export type JobRoutesDeps = {
  submitJob: ReturnType<typeof createSubmitJob>;
  getJob: ReturnType<typeof createGetJob>;
  cancelJob: ReturnType<typeof createCancelJob>;
  retryJob: ReturnType<typeof createRetryJob>;
};

export const jobParams = z.object({ id: z.uuid() });

/** The headers of a 202: where to look, and how soon that is worth it. */
export function acceptedHeaders(job: JobView) {
  return { Location: job.links.self, "Retry-After": 1 };
}

export const acceptedHeaderDocs = {
  Location: "The job's status URL.",
  "Retry-After": "Seconds after which the first look is worth it.",
};

export function createJobRoutes({ submitJob, getJob, cancelJob, retryJob }: JobRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "submitJob",
      method: "post",
      path: "/v1/jobs",
      tags: ["jobs"],
      scope: "submit",
      summary: "Submit a background job",
      description: `The job is committed before the 202. Kinds: ${Object.values(contracts)
        .map((contract) => `\`${contract.kind}\` (${contract.summary})`)
        .join(", ")}.`,
      request: {
        headers: idempotencyHeaders,
        body: jsonBody(submissionSchema, { example: { kind: "sleep", payload: contracts.sleep.example } }),
      },
      responses: {
        202: {
          description: "Accepted: it will be done.",
          schema: jobViewSchema,
          headers: { ...acceptedHeaderDocs, ...replayedHeaderDoc },
        },
      },
      errors: ["unknown_kind", "unavailable", ...idempotencyErrors],
      async handler({ headers, body, requestId, log }) {
        const idempotencyKey = headers["idempotency-key"];
        const { response: job, replayed } = await submitJob(body, {
          tenant: defaultTenant,
          requestId,
          idempotencyKey,
          log,
        });
        return { status: 202, headers: { ...acceptedHeaders(job), ...replayedHeader(replayed) }, body: job };
      },
    }),
    defineRoute({
      operationId: "getJob",
      method: "get",
      path: "/v1/jobs/{id}",
      tags: ["jobs"],
      scope: "read",
      summary: "Read a job's status",
      description: "200 for any known job in any state; an unknown id is 404, never `queued`.",
      request: { params: jobParams },
      responses: {
        200: {
          description: "The job.",
          schema: jobViewSchema,
          headers: { "Retry-After": "While the job is not over: seconds after which another look is worth it." },
        },
      },
      errors: ["not_found", "unavailable"],
      async handler({ params }) {
        const job = await getJob(params.id);
        return { status: 200, headers: isTerminal(job.state) ? {} : { "Retry-After": 1 }, body: job };
      },
    }),
    defineRoute({
      operationId: "cancelJob",
      method: "post",
      path: "/v1/jobs/{id}/cancel",
      tags: ["jobs"],
      scope: "submit",
      summary: "Cancel a job",
      description:
        "Rows that an import has applied stay applied; its error says how many. No row is applied after the 202.",
      request: { params: jobParams },
      responses: { 202: { description: "Cancelled.", schema: jobViewSchema, headers: acceptedHeaderDocs } },
      errors: ["not_found", "illegal_state", "unavailable"],
      async handler({ params }) {
        const job = await cancelJob(params.id);
        return { status: 202, headers: acceptedHeaders(job), body: job };
      },
    }),
    defineRoute({
      operationId: "retryJob",
      method: "post",
      path: "/v1/jobs/{id}/retry",
      tags: ["jobs"],
      scope: "submit",
      summary: "Run a failed or cancelled job again",
      description:
        "The same id, a new series of attempts. Of an import only the rows run that were not looked at before.",
      request: { params: jobParams },
      responses: { 202: { description: "Queued again.", schema: jobViewSchema, headers: acceptedHeaderDocs } },
      errors: ["not_found", "illegal_state", "unavailable"],
      async handler({ params, log }) {
        const job = await retryJob(params.id, log);
        return { status: 202, headers: acceptedHeaders(job), body: job };
      },
    }),
  ];
}
