import { queuedJob } from "./queued-job.ts";

/** A job that was cancelled before it was started. */
export const cancelledJob = {
  ...queuedJob,
  state: "cancelled",
  finishedAt: "2026-11-21T10:29:50.102Z",
  error: { code: "cancelled", message: "It was cancelled" },
};
