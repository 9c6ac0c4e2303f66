import { sql, type Kysely } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { briefly, withFreeJobs } from "./with-free-jobs.ts";

/** A job, the entry that carried it and the one that is going to. */
export type Reassignment = { jobId: string; former: string | null; entry: string };

export type ReassignedJob = Pick<JobRow, "id" | "kind" | "entry" | "run_at" | "priority">;

/**
 * Commits which entries will carry these jobs from now on, and answers those of them, in their order, for which it is so. To
 * be called before the entries are enqueued. A job that has ended, was claimed or got another entry meanwhile is left alone,
 * and so is one that somebody has in a transaction.
 */
export async function reassignEntries(
  db: Db,
  jobs: readonly Reassignment[],
  states: readonly JobRow["state"][],
): Promise<ReassignedJob[]> {
  const { rows } = await withFreeJobs(db, jobs, (connection, free) => reassign(connection, free, states));
  const reassigned = new Map(rows.map((row) => [row.id, row]));
  return jobs.flatMap(({ jobId }) => reassigned.get(jobId) ?? []);
}

async function reassign(
  db: Kysely<Database>,
  jobs: readonly Reassignment[],
  states: readonly JobRow["state"][],
): Promise<ReassignedJob[]> {
  const ids = jobs.map(({ jobId }) => jobId);
  const formers = jobs.map(({ former }) => former);
  const entries = jobs.map(({ entry }) => entry);
  const { rows } = await sql<ReassignedJob>`
    update jobs set entry = given.entry, updated_at = now()
    from unnest(${ids}::uuid[], ${formers}::text[], ${entries}::text[]) as given (id, former, entry)
    where ${briefly} and jobs.id = given.id and jobs.entry is not distinct from given.former
      and case when jobs.state = any(${[...states]}::text[]) then true else false end
    returning jobs.id, jobs.kind, jobs.entry, jobs.run_at, jobs.priority`.execute(db);
  return rows;
}
