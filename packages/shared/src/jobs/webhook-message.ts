import { z } from "zod";
import { jobStateSchema } from "../status/job-state.ts";

/** What a webhook is sent when a job is over. */
export const webhookMessageSchema = z
  .object({
    type: z.templateLiteral(["job.", jobStateSchema]),
    timestamp: z.iso.datetime().describe("When the job was over."),
    data: z.object({
      id: z.uuid(),
      kind: z.string(),
      state: jobStateSchema,
      links: z.object({ self: z.string().describe("Where to ask for the job.") }),
    }),
  })
  .meta({
    id: "WebhookMessage",
    examples: [
      {
        type: "job.succeeded",
        timestamp: "2026-11-21T10:29:48.733Z",
        data: {
          id: "01a1fda7-b41d-7772-adca-07dbb68c645d",
          kind: "users.process",
          state: "succeeded",
          links: { self: "/v1/jobs/01a1fda7-b41d-7772-adca-07dbb68c645d" },
        },
      },
    ],
  });

export type WebhookMessage = z.infer<typeof webhookMessageSchema>;
