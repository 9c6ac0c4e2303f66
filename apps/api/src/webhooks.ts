import { z } from "zod";
import { webhookDeliver } from "@longshore/shared/jobs/webhook-deliver";
import { webhookMessageSchema } from "@longshore/shared/jobs/webhook-message";
import type { Webhook } from "./http/docs/describe-webhook.ts";

const headers = z.object({
  "webhook-id": z
    .uuid()
    .describe("The same each time that this message is sent: remember those that you have dealt with.")
    .meta({ examples: ["01a1fda7-c3b0-7e21-9a4b-5a1c2f7d8e90"] }),
  "webhook-timestamp": z
    .string()
    .regex(/^\d+$/)
    .describe("When this was sent, in seconds since 1970.")
    .meta({ examples: ["1795257000"] }),
  "webhook-signature": z
    .string()
    .regex(/^v1,\S+( v1,\S+)*$/)
    .describe("By each of the secrets, over `id.timestamp.body`; a space between one and the next.")
    .meta({ examples: ["v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="] }),
});

/** The requests that Longshore makes of others. */
export const webhooks: Readonly<Record<string, Webhook>> = {
  jobEnded: {
    operationId: "jobEnded",
    tags: ["jobs"],
    summary: "A job is over",
    description:
      "Sent to the URL of the job's `webhook`, once for each end of a job and at least once, signed as " +
      `[Standard Webhooks](https://www.standardwebhooks.com) says. There are ${webhookDeliver.attempts} attempts.`,
    headers,
    schema: webhookMessageSchema,
    example: webhookMessageSchema.meta()!.examples![0],
    answers: {
      "2XX": "The message was taken.",
      "410": "The receiver wants no more: this message is not sent again.",
      default: "The message is sent again later; with 429 and 503, no sooner than `Retry-After` says.",
    },
  },
};
