import { queuedJob } from "./queued-job.ts";

/** An import of one row that was just accepted. */
export const queuedImport = {
  ...queuedJob,
  kind: "import",
  dataset: "users",
  dryRun: false,
  maxAttempts: 1,
  progress: { done: 0, total: 1, unit: "rows", ratio: 0, rowsPerSecond: null, etaSeconds: null },
  counts: { received: 1, inserted: 0, updated: 0, skipped: 0, rejected: 0, pending: 1 },
  tags: {},
  links: { ...queuedJob.links, rejects: `${queuedJob.links.self}/rejects` },
};
