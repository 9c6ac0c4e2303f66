import type { JobRow } from "../db/schema.ts";
import type { JobsEntry } from "../queue/entry.ts";
import { queueFor } from "../queue/names.ts";

type Job = Pick<JobRow, "id" | "kind" | "entry" | "run_at" | "priority">;

/** The queue entries that carry these jobs, as their rows say: jobs of the same entry come in one envelope. */
export function toEntries(jobs: readonly Job[], nowMs = Date.now()): JobsEntry[] {
  const entries = new Map<string, JobsEntry>();
  for (const { id, kind, entry, run_at, priority } of jobs) {
    const known = entries.get(entry!);
    if (known) known.data.jobs.push(id);
    else {
      const delayMs = Math.max(0, (run_at?.getTime() ?? 0) - nowMs);
      entries.set(entry!, { id: entry!, queue: queueFor(kind), data: { jobs: [id] }, delayMs, priority });
    }
  }
  return [...entries.values()];
}
