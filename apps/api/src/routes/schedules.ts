import { z } from "zod";
import { scheduleViewSchema } from "@longshore/shared/schedules/schedule-view";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import type { Caller } from "../http/caller.ts";
import { defineRoute, jsonBody, type Route } from "../http/route.ts";
import { withChanges, type createChangeSchedule } from "../services/change-schedule.ts";
import type { createCreateSchedule } from "../services/create-schedule.ts";
import type { createListSchedules } from "../services/list-schedules.ts";
import type { createPauseSchedule } from "../services/pause-schedule.ts";
import type { createReadSchedule } from "../services/read-schedule.ts";
import type { createRemoveSchedule } from "../services/remove-schedule.ts";
import type { createRunSchedule } from "../services/run-schedule.ts";
import { scheduleChangesSchema, scheduleSchema } from "../services/schedule-body.ts";
import { acceptedHeaderDocs, acceptedHeaders } from "./accepted.ts";
import { queuedJob } from "./examples/queued-job.ts";
import { listParameters, toCursor } from "./list-parameters.ts";

export type ScheduleRoutesDeps = {
  createSchedule: ReturnType<typeof createCreateSchedule>;
  listSchedules: ReturnType<typeof createListSchedules>;
  readSchedule: ReturnType<typeof createReadSchedule>;
  changeSchedule: ReturnType<typeof createChangeSchedule>;
  pauseSchedule: ReturnType<typeof createPauseSchedule>;
  runSchedule: ReturnType<typeof createRunSchedule>;
  removeSchedule: ReturnType<typeof createRemoveSchedule>;
};

const params = z.object({
  id: z
    .uuid()
    .toLowerCase()
    .describe("The schedule's id.")
    .meta({ examples: ["01a1fda9-3c1e-7b2a-9d64-2f0f4f1f6a52"] }),
});

const tags = ["schedules"];
type Asked = { params: z.output<typeof params>; caller: Caller };
const keyOf = ({ params: { id }, caller: { tenant } }: Asked) => ({ tenant, id });
const theSchedule = { 200: { description: "The schedule.", schema: scheduleViewSchema } } as const;
const nightly = {
  name: "nightly profiles",
  kind: "users.process",
  payload: { userId: 1 },
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
} as const;

/** Jobs that are submitted again and again, at set times. */
export function createScheduleRoutes(deps: ScheduleRoutesDeps): Route[] {
  const setPaused = (action: "pause" | "resume", summary: string, description?: string) =>
    defineRoute({
      operationId: `${action}Schedule`,
      method: "post",
      path: `/v1/schedules/{id}/${action}`,
      tags,
      scope: "submit",
      summary,
      ...(description && { description }),
      request: { params },
      responses: theSchedule,
      errors: ["not_found", "unavailable"],
      handler: async (request) => ({
        status: 200,
        body: await deps.pauseSchedule(keyOf(request), action === "pause"),
      }),
    });

  return [
    defineRoute({
      operationId: "createSchedule",
      method: "post",
      path: "/v1/schedules",
      tags,
      scope: "submit",
      summary: "Submit a job again and again",
      description: "By a cron expression in a time zone, or at an interval.",
      request: { body: jsonBody(scheduleSchema, { example: nightly }) },
      responses: {
        201: { description: "Stored.", schema: scheduleViewSchema, headers: { Location: "The schedule's URL." } },
      },
      errors: ["unknown_kind", "already_exists", "unavailable"],
      async handler({ body, caller }) {
        const schedule = await deps.createSchedule(body, caller.tenant);
        return { status: 201, headers: { Location: schedule.links.self }, body: schedule };
      },
    }),
    defineRoute({
      operationId: "listSchedules",
      method: "get",
      path: "/v1/schedules",
      tags,
      scope: "read",
      summary: "List the schedules, newest first",
      request: { query: listParameters.pick({ limit: true, cursor: true }) },
      responses: {
        200: {
          description: "A page.",
          schema: z.object({ items: z.array(scheduleViewSchema), nextCursor: z.string().nullable() }),
        },
      },
      errors: ["unavailable"],
      async handler({ query: { limit, cursor }, caller }) {
        const { items, next } = await deps.listSchedules({ tenant: caller.tenant, limit, after: cursor });
        return { status: 200, body: { items, nextCursor: next && toCursor(next) } };
      },
    }),
    defineRoute({
      operationId: "getSchedule",
      method: "get",
      path: "/v1/schedules/{id}",
      tags,
      scope: "read",
      summary: "Read a schedule and its next runs",
      request: { params },
      responses: theSchedule,
      errors: ["not_found", "unavailable"],
      handler: async (request) => ({ status: 200, body: await deps.readSchedule(keyOf(request)) }),
    }),
    defineRoute({
      operationId: "replaceSchedule",
      method: "put",
      path: "/v1/schedules/{id}",
      tags,
      scope: "submit",
      summary: "Replace a schedule",
      description: "What is not sent is as it would be in a new schedule.",
      request: { params, body: jsonBody(scheduleSchema, { example: nightly }) },
      responses: theSchedule,
      errors: ["not_found", "unknown_kind", "already_exists", "unavailable"],
      handler: async (request) => ({
        status: 200,
        body: await deps.changeSchedule(keyOf(request), () => request.body),
      }),
    }),
    defineRoute({
      operationId: "changeSchedule",
      method: "patch",
      path: "/v1/schedules/{id}",
      tags,
      scope: "submit",
      summary: "Change some of a schedule",
      description: "What is not sent stays. `payload` and `options` are replaced as a whole.",
      request: { params, body: jsonBody(scheduleChangesSchema, { example: { cron: "0 4 * * MON" } }) },
      responses: theSchedule,
      errors: ["not_found", "unknown_kind", "already_exists", "unavailable"],
      handler: async (request) => ({
        status: 200,
        body: await deps.changeSchedule(keyOf(request), (known) => withChanges(known, request.body)),
      }),
    }),
    defineRoute({
      operationId: "removeSchedule",
      method: "delete",
      path: "/v1/schedules/{id}",
      tags,
      scope: "submit",
      summary: "Remove a schedule",
      description: "The jobs that it has submitted stay.",
      request: { params },
      responses: { 204: { description: "Removed." } },
      errors: ["not_found", "unavailable"],
      async handler(request) {
        await deps.removeSchedule(keyOf(request));
        return { status: 204 };
      },
    }),
    setPaused("pause", "Pause a schedule"),
    setPaused("resume", "Resume a schedule", "What would have run meanwhile is not made up for."),
    defineRoute({
      operationId: "runSchedule",
      method: "post",
      path: "/v1/schedules/{id}/run",
      tags,
      scope: "submit",
      summary: "Run a schedule now",
      description: "Also while it is paused. Its next runs stay as they are.",
      request: { params },
      responses: {
        202: { description: "Accepted.", schema: jobViewSchema, headers: acceptedHeaderDocs, example: queuedJob },
      },
      errors: ["not_found", "unknown_kind", "unavailable"],
      async handler(request) {
        const job = await deps.runSchedule(keyOf(request), request, request.log);
        return { status: 202, headers: acceptedHeaders(job), body: job };
      },
    }),
  ];
}
