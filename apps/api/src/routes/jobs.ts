import { z } from "zod";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import { defineRoute, SerializedJson, type Route } from "../http/route.ts";
import type { createCancelJob } from "../services/cancel-job.ts";
import type { createListJobs } from "../services/list-jobs.ts";
import type { createRetryJob } from "../services/retry-job.ts";
import { acceptedHeaderDocs, acceptedHeaders } from "./accepted.ts";
import { cancelledJob } from "./examples/cancelled-job.ts";
import { queuedJob } from "./examples/queued-job.ts";
import { jobParams } from "./job-params.ts";
import { listParameters, toCursor } from "./list-parameters.ts";

export type JobRoutesDeps = {
  listJobs: ReturnType<typeof createListJobs>;
  cancelJob: ReturnType<typeof createCancelJob>;
  retryJob: ReturnType<typeof createRetryJob>;
};

/** Jobs that were submitted: which there are, and having them end or run again. */
export function createJobRoutes({ listJobs, cancelJob, retryJob }: JobRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "listJobs",
      method: "get",
      path: "/v1/jobs",
      tags: ["jobs"],
      scope: "read",
      summary: "List jobs, newest first",
      description: "Those that meet all that is asked for.",
      request: { query: listParameters },
      responses: {
        200: {
          description: "A page. While there are more, `nextCursor` is what to ask for the next one with.",
          schema: z.object({ items: z.array(jobViewSchema), nextCursor: z.string().nullable() }),
        },
      },
      errors: ["unavailable"],
      async handler({ query, caller }) {
        const { limit, cursor, state: states, tag: tags, ...filter } = query;
        const page = await listJobs({ tenant: caller.tenant, states, tags, ...filter }, { limit, after: cursor });
        const nextCursor = page.next === undefined ? null : toCursor(page.next);
        const text = `{"items":[${page.items.join(",")}],"nextCursor":${JSON.stringify(nextCursor)}}`;
        return { status: 200, headers: { "Cache-Control": "no-cache" }, body: new SerializedJson(text) };
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
        "One that waits ends at once; one that runs is `cancelling` until its worker has stopped it, within a second. Rows that an import has applied stay applied; its error says how many. No row is applied after the 202.",
      request: { params: jobParams },
      responses: {
        202: {
          description: "Cancelled, or soon to be.",
          schema: jobViewSchema,
          headers: acceptedHeaderDocs,
          example: cancelledJob,
        },
      },
      errors: ["not_found", "illegal_state", "unavailable"],
      async handler({ params, caller }) {
        const job = await cancelJob(params.id, caller.tenant);
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
      responses: {
        202: {
          description: "Queued again.",
          schema: jobViewSchema,
          headers: acceptedHeaderDocs,
          example: queuedJob,
        },
      },
      errors: ["not_found", "illegal_state", "unavailable"],
      async handler({ params, caller, log }) {
        const job = await retryJob(params.id, caller.tenant, log);
        return { status: 202, headers: acceptedHeaders(job), body: job };
      },
    }),
  ];
}
