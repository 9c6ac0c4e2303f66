import { exampleJob } from "@longshore/shared/status/example-job";

/** A job that was just accepted. */
export const queuedJob = {
  ...exampleJob,
  state: "queued",
  attempt: 0,
  startedAt: null,
  finishedAt: null,
  result: null,
};
