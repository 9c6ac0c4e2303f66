import { z } from "zod";
import { defineRoute, streamed, type Route } from "../http/route.ts";
import type { Streams } from "../http/streams/keep-streams.ts";
import type { createFollowJob } from "../services/follow-job.ts";
import { parseCursor } from "../services/stream-cursor.ts";
import { jobParams } from "./job-params.ts";

export type JobEventsRoutesDeps = { followJob: ReturnType<typeof createFollowJob>; streams: Streams };

export function createJobEventsRoutes({ followJob, streams }: JobEventsRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "followJob",
      method: "get",
      path: "/v1/jobs/{id}/events",
      tags: ["jobs"],
      scope: "read",
      summary: "Follow a job as it goes",
      description:
        "Server-sent events: `state` (the job), `progress`, `log` (a line), and at last `end` (the job once more). The " +
        "current state comes at once. A client that comes back with the id of the last event it got misses nothing and gets " +
        'nothing twice. A WebSocket brings the same as text messages: `{"id":…,"event":…,"data":…}`.',
      request: {
        params: jobParams,
        query: z.object({
          lastEventId: z.string().optional().describe("The same as the header, for clients that cannot set one."),
        }),
        headers: z.object({
          "last-event-id": z
            .string()
            .optional()
            .describe("The id of the last event that was got. Any other is ignored."),
        }),
      },
      responses: {
        200: { description: "The events.", contentTypes: ["text/event-stream"] },
        204: { description: "The job is over and its end was got: there is nothing to come back for." },
      },
      errors: ["not_found", "overloaded", "unavailable"],
      async handler({ params, query, headers, caller, req, res }) {
        const cursor = parseCursor(headers["last-event-id"] ?? query.lastEventId);
        const following = await followJob(params.id, caller.tenant, cursor);
        if (following.isSeen) return { status: 204 };
        following.sendTo(await streams.open(req, res));
        return streamed;
      },
    }),
  ];
}
