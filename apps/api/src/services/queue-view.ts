import { z } from "zod";

const jobs = z.int();

const example = {
  name: "urls.fetch",
  internal: false,
  paused: false,
  concurrency: 20,
  rateLimit: { max: 100, durationMs: 1_000 },
  applied: true,
  counts: { scheduled: 2, queued: 140, running: 20, cancelling: 0 },
  oldestWaitingSeconds: 1.4,
  countedAt: "2026-11-21T10:29:48.704Z",
  rates: { inPerSecond: 98.2, outPerSecond: 99.6 },
  links: { self: "/v1/queues/urls.fetch" },
};

export const rateLimitSchema = z.strictObject({
  max: z.int().min(1).max(1_000_000).describe("At most so many start"),
  durationMs: z
    .int()
    .min(10)
    .max(24 * 60 * 60_000)
    .describe("within this time."),
});

/** A queue as a client sees it. */
export const queueViewSchema = z
  .object({
    name: z.string(),
    internal: z.boolean().describe("Whether only Longshore itself puts jobs into it."),
    paused: z.boolean().describe("While it is, nothing of it is started; what runs goes on."),
    concurrency: z.int().nullable().describe("How many may run at once on all workers together; null for no limit."),
    rateLimit: rateLimitSchema.nullable(),
    applied: z
      .boolean()
      .describe(
        "Whether the workers are held to these settings. Not while Redis is away: once it is back, they will be.",
      ),
    counts: z.object({
      scheduled: jobs,
      queued: jobs,
      running: jobs,
      cancelling: jobs,
      chunksWaiting: jobs.optional().describe("Imports only: chunks that are not applied yet."),
    }),
    oldestWaitingSeconds: z
      .number()
      .nullable()
      .describe("How long ago the job that waits longest could have started; null when none waits."),
    countedAt: z.iso
      .datetime()
      .describe("When the two above were read. A second ago at most, unless counting takes long."),
    rates: z
      .object({ inPerSecond: z.number(), outPerSecond: z.number() })
      .nullable()
      .describe("Jobs accepted and jobs ended over the last minute. Null while Redis is away."),
    links: z.object({ self: z.string() }),
  })
  .meta({ id: "Queue", examples: [example] });

export type QueueView = z.infer<typeof queueViewSchema>;
