import { z } from "zod";
import { jobStateSchema } from "../status/job-state.ts";
import { defineJob } from "./define-job.ts";

const hour = 60 * 60_000;

/** Its jobs are made for jobs that have ended; their ids are the ids of the events that receivers see. */
export const webhookDeliver = defineJob({
  kind: "webhook.deliver",
  summary: "Tells a webhook that a job is over.",
  payload: z.strictObject({
    url: z.string(),
    jobId: z.uuid(),
    kind: z.string(),
    state: jobStateSchema,
    finishedAt: z.iso.datetime(),
  }),
  result: z.strictObject({ status: z.int() }),
  // A receiver that is away has about 20 hours to come back.
  attempts: 20,
  backoff: { baseMs: 5_000, maxMs: 3 * hour },
  timeoutMs: 30_000,
  concurrency: 50,
  internal: true,
  example: {
    url: "https://example.com/webhooks",
    jobId: "0199a000-0000-7000-8000-000000000000",
    kind: "sleep",
    state: "succeeded",
    finishedAt: "2026-01-01T00:00:00.000Z",
  },
});
