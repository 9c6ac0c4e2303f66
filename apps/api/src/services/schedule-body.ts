import { z } from "zod";
import { clientKinds } from "@longshore/shared/jobs/contracts";
import { scheduleOptionsSchema } from "@longshore/shared/schedules/schedule-options";
import { catchUpSchema, overlapSchema } from "@longshore/shared/schedules/schedule-view";
import { checkTiming } from "./check-timing.ts";

const dayMs = 24 * 60 * 60_000;

const fields = z.strictObject({
  name: z.string().min(1).max(200).describe("Unique among your schedules."),
  kind: z.string().meta({ examples: [...clientKinds] }),
  payload: z.unknown().describe("What the kind's payload schema says: that of every job."),
  options: scheduleOptionsSchema.optional(),
  cron: z
    .string()
    .max(200)
    .nullish()
    .describe("Five fields (minute, hour, day of month, month, day of week), or six with seconds first."),
  timeZone: z.string().max(100).nullish().describe("The IANA time zone that `cron` is meant in; `UTC` unless given."),
  intervalMs: z
    .int()
    .min(1_000)
    .max(365 * dayMs)
    .nullish()
    .describe("Instead of `cron`: the time from one run to the next. The first is one interval from now."),
  catchUp: catchUpSchema
    .optional()
    .describe(
      "What becomes of runs that no worker was there to start: `skip` drops them, `once` (the default) makes up for all of them by one, `all` for each of the last 100.",
    ),
  overlap: overlapSchema
    .optional()
    .describe("Whether a run starts while the job of an earlier one is not over: `allow` (the default) or `skip`."),
  paused: z.boolean().optional(),
});

/** A schedule as a client describes it. */
export const scheduleSchema = fields.superRefine(checkTiming);
/** What of a schedule a client wants changed. */
export const scheduleChangesSchema = fields.partial();

export type ScheduleBody = z.output<typeof scheduleSchema>;
export type ScheduleChanges = z.output<typeof scheduleChangesSchema>;
