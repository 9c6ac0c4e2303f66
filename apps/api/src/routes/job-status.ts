import { z } from "zod";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import { matchTag } from "../http/match-tag.ts";
import { defineRoute, SerializedJson, type Route } from "../http/route.ts";
import type { GetJob } from "../services/get-job.ts";
import type { createWaitForJob } from "../services/wait-for-job.ts";
import { jobParams } from "./job-params.ts";
import { readWait } from "./read-wait.ts";

export type JobStatusRoutesDeps = { getJob: GetJob; waitForJob: ReturnType<typeof createWaitForJob> };

const waitSchema = z
  .string()
  .regex(/^([0-9]|[1-5][0-9]|60)$/, { error: "must be a whole number of seconds from 0 to 60" })
  .transform(Number);

const headerDocs = {
  ETag: "Changes with whatever the answer says. Send it back in `If-None-Match`.",
  "Retry-After": "While the job is not over: seconds after which another look is worth it.",
  "Preference-Applied": "The wait that was asked for by `Prefer`, if it was.",
};

export function createJobStatusRoutes({ getJob, waitForJob }: JobStatusRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "getJob",
      method: "get",
      path: "/v1/jobs/{id}",
      tags: ["jobs"],
      scope: "read",
      summary: "Read a job's status",
      description:
        "200 for any known job in any state; an unknown id is 404, never `queued`. With `wait`, the answer comes as soon as " +
        "the job is over, or when the time is.",
      request: {
        params: jobParams,
        query: z.object({ wait: waitSchema.optional().describe("Seconds to wait for the job's end, 0 to 60.") }),
        headers: z.object({
          prefer: z.string().optional().describe("`wait=N` does what `?wait=N` does, which goes before it."),
          "if-none-match": z.string().optional().describe("The `ETag` of an earlier answer."),
        }),
      },
      responses: {
        200: { description: "The job.", schema: jobViewSchema, headers: headerDocs },
        304: { description: "Nothing has changed since the answer with that tag.", headers: headerDocs },
      },
      errors: ["not_found", "unavailable"],
      async handler(context) {
        const { params, query, headers, caller } = context;
        const preferred = query.wait === undefined ? readWait(headers.prefer) : undefined;
        const seconds = query.wait ?? preferred ?? 0;
        const job =
          seconds === 0
            ? await getJob(params.id, caller.tenant)
            : await waitForJob(params.id, caller.tenant, { waitMs: seconds * 1_000, signal: context.signal });
        const answer = {
          ETag: job.etag,
          "Cache-Control": "no-cache",
          "Retry-After": job.isOver ? undefined : 1,
          "Preference-Applied": preferred === undefined ? undefined : `wait=${preferred}`,
        };
        return matchTag(headers["if-none-match"], job.etag)
          ? { status: 304, headers: answer }
          : { status: 200, headers: answer, body: new SerializedJson(job.text) };
      },
    }),
  ];
}
