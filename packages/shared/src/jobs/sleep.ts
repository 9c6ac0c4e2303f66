import { z } from "zod";
import { defineJob } from "./define-job.ts";

export const sleep = defineJob({
  kind: "sleep",
  summary: "Waits, reporting progress: for demonstrations of scaling, cancelling and draining.",
  payload: z.strictObject({ durationMs: z.int().min(0).max(600_000) }),
  result: z.strictObject({ sleptMs: z.int() }),
  attempts: 3,
  timeoutMs: 660_000,
  concurrency: 50,
  example: { durationMs: 1_000 },
});
