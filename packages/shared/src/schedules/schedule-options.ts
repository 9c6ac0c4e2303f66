import { z } from "zod";
import { runOptions } from "../jobs/job-options.ts";

const dayMs = 24 * 60 * 60_000;
const { dedupKey: _replacedByOverlap, ...options } = runOptions;

/** What a schedule may say about how its jobs run. */
export const scheduleOptionsSchema = z.strictObject({
  ...options,
  expiresInMs: z
    .int()
    .min(1)
    .max(365 * dayMs)
    .optional()
    .describe("A job that has not started this long after it was submitted never does: it ends as `expired`."),
});

export type ScheduleOptions = z.output<typeof scheduleOptionsSchema>;
