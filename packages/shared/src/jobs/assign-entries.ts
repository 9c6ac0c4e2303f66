import type { JobRow } from "../db/schema.ts";
import { newId } from "../new-id.ts";

/** How many jobs one queue entry carries at most. */
const maxJobs = 100;

/**
 * Gives each job the id of the queue entry that will carry it: one entry for all of the same kind, time and priority, up to
 * 100. To be called before the jobs are inserted, so that the tables know what the queue will hold.
 */
export function assignEntries(jobs: readonly Pick<JobRow, "kind" | "priority" | "run_at" | "entry">[]): void {
  const open = new Map<string, { entry: string; room: number }>();
  for (const job of jobs) {
    const like = `${job.kind} ${job.priority} ${job.run_at?.getTime() ?? ""}`;
    let envelope = open.get(like);
    if (!envelope || envelope.room === 0) open.set(like, (envelope = { entry: newId(), room: maxJobs }));
    envelope.room -= 1;
    job.entry = envelope.entry;
  }
}
