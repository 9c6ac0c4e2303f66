import { z } from "zod";
import { exampleJob } from "@longshore/shared/status/example-job";
import { defineRoute, streamed, type Route } from "../http/route.ts";
import type { Streams } from "../http/streams/keep-streams.ts";
import type { createFollowJob } from "../services/follow-job.ts";
import { parseCursor } from "../services/stream-cursor.ts";
import { jobEventSchema } from "./job-event-schema.ts";
import { jobParams } from "./job-params.ts";

export type JobEventsRoutesDeps = { followJob: ReturnType<typeof createFollowJob>; streams: Streams };

const eventsExample =
  `retry: 2000\n\nid: 3.0\nevent: state\ndata: ${JSON.stringify(exampleJob)}\n\n` +
  `id: 3.0.end\nevent: end\ndata: ${JSON.stringify(exampleJob)}\n\n`;

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
          access_token: z
            .string()
            .optional()
            .describe("The API key, for clients in a browser, whose EventSource and WebSocket cannot set a header."),
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
        200: {
          description:
            "The events. To a WebSocket handshake the answer is 101 instead, and each message is one of them, whole.",
          contentTypes: ["text/event-stream"],
          messages: jobEventSchema,
          examples: { "text/event-stream": eventsExample },
        },
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
