import { sql, type Kysely } from "kysely";
import { prepared } from "../db/prepare-statements.ts";
import type { Database, JobRow } from "../db/schema.ts";
import { AppError } from "../errors.ts";
import { assignEntries } from "./assign-entries.ts";
import { insertOrFind } from "./insert-or-find.ts";
import { insertStatement } from "./insert-statement.ts";

/** What became of a new job: it was inserted, or it gave way to the pending one that has its `dedup_key`. */
export type Insertion = { job: JobRow; deduplicated: boolean };

/** How often to try again with jobs that gave way to one which others had inserted at that moment. */
const maxRounds = 10;

/**
 * Inserts jobs by one statement, each with the queue entry that will carry it, and answers what became of each in their
 * order. With `again`, those that are there already under their own id count as inserted: so an insert whose commit was not
 * answered can be repeated.
 */
export async function insertJobs(
  db: Kysely<Database>,
  jobs: readonly JobRow[],
  { again = false } = {},
): Promise<Insertion[]> {
  assignEntries(jobs.filter(({ entry }) => entry === null));
  if (!again && jobs.every(({ dedup_key }) => dedup_key === null)) {
    await sql`${sql.raw(prepared)} ${insertStatement(jobs)}`.execute(db);
    return jobs.map((job) => ({ job, deduplicated: false }));
  }

  const found = new Map<string, JobRow>();
  // Whoever inserts several keys does so in the same order, or two could wait for each other.
  let left = jobs.toSorted(byDedupKey);
  for (let round = 0; left.length > 0; round += 1) {
    if (round === maxRounds)
      throw new AppError("unavailable", { message: "The dedupKey is too busy", retryAfterSeconds: 1 });
    for (const [id, job] of await insertOrFind(db, left)) found.set(id, job);
    left = left.filter(({ id }) => !found.has(id));
  }
  return jobs.map(({ id }) => ({ job: found.get(id)!, deduplicated: found.get(id)!.id !== id }));
}

function byDedupKey({ dedup_key: a }: JobRow, { dedup_key: b }: JobRow): number {
  if (a === b) return 0;
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
