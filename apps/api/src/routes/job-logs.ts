import { z } from "zod";
import { defineRoute, type Route } from "../http/route.ts";
import { logLevels, logLineSchema } from "../services/log-line.ts";
import type { createReadLogs } from "../services/read-logs.ts";
import { jobParams } from "./job-params.ts";

export type JobLogsRoutesDeps = { readLogs: ReturnType<typeof createReadLogs> };

const logsSchema = z
  .object({
    items: z.array(logLineSchema),
    nextCursor: z.string().nullable().describe("The `after` of the next page; null if there is none now."),
  })
  .meta({ id: "LogLines" });

export function createJobLogsRoutes({ readLogs }: JobLogsRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "getLogs",
      method: "get",
      path: "/v1/jobs/{id}/logs",
      tags: ["jobs"],
      scope: "read",
      summary: "Read what a job's handler logged",
      description: "In the order of the lines, of all attempts. While the job runs, more may follow.",
      request: {
        params: jobParams,
        query: z.object({
          after: z
            .string()
            .regex(/^\d{1,15}$/, { error: "must be the number of a line" })
            .transform(Number)
            .default(0)
            .describe("Only lines with a larger `seq`."),
          limit: z.coerce.number().int().min(1).max(1_000).default(100).describe("How many at most."),
          level: z.enum(logLevels).default("debug").describe("Only lines of this level and of those above it."),
        }),
      },
      responses: { 200: { description: "The lines.", schema: logsSchema } },
      errors: ["not_found", "unavailable"],
      async handler({ params, query, caller }) {
        return { status: 200, body: await readLogs(params.id, caller.tenant, query) };
      },
    }),
  ];
}
