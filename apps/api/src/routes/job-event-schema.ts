import { z } from "zod";
import { jobViewSchema } from "@longshore/shared/status/job-view";
import { progressSchema } from "@longshore/shared/status/progress";
import { logLineSchema } from "../services/log-line.ts";

const id = z.string().describe("`version.line`: what to come back with as `Last-Event-ID`.");

/** What a stream of a job brings. Of server-sent events, `data` is the text of this JSON; a WebSocket's message is all of it. */
export const jobEventSchema = z
  .discriminatedUnion("event", [
    z.object({ id, event: z.literal("state"), data: jobViewSchema }).describe("At once, and whenever it has changed."),
    z.object({ id, event: z.literal("progress"), data: progressSchema }).describe("How far it is."),
    z.object({ id, event: z.literal("log"), data: logLineSchema }).describe("A line that its handler logged."),
    z.object({ id, event: z.literal("end"), data: jobViewSchema }).describe("It is over. Nothing follows."),
  ])
  .meta({ id: "JobEvent", description: "An event of a job's stream, its data parsed." });
