import { sql, type Kysely } from "kysely";
import { prepared } from "../db/prepare-statements.ts";
import type { Database, JobRow } from "../db/schema.ts";
import { AppError } from "../errors.ts";
import { assignEntries } from "./assign-entries.ts";
import { findRivals } from "./find-rivals.ts";

/** What became of a new job: it was inserted, or it gave way to the pending one that has its `dedup_key`. */
export type Insertion = { job: JobRow; deduplicated: boolean };

/** How often to try again with jobs that gave way to one which then was over. */
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
    await sql`${insertStatement(jobs)}`.execute(db);
    return jobs.map((job) => ({ job, deduplicated: false }));
  }

  const done = new Map<JobRow, Insertion>();
  // Whoever inserts several keys does so in the same order, or two could wait for each other.
  let left = jobs.toSorted(byDedupKey);
  for (let round = 0; left.length > 0; round += 1) {
    if (round === maxRounds)
      throw new AppError("unavailable", { message: "The dedupKey is too busy", retryAfterSeconds: 1 });
    const { rows } = await sql<{ id: string }>`${insertStatement(left)} on conflict do nothing returning id`.execute(
      db,
    );
    const inserted = new Set(rows.map(({ id }) => id));
    const rivals = await findRivals(
      db,
      left.filter(({ id }) => !inserted.has(id)),
    );
    for (const job of left) {
      const there = inserted.has(job.id) ? job : rivals.get(job.id);
      if (there) done.set(job, { job: there, deduplicated: there.id !== job.id });
    }
    left = left.filter((job) => !done.has(job));
  }
  return jobs.map((job) => done.get(job)!);
}

function byDedupKey({ dedup_key: a }: JobRow, { dedup_key: b }: JobRow): number {
  if (a === b) return 0;
  return (a ?? "") < (b ?? "") ? -1 : 1;
}

/** One parameter, whatever the number of rows: their columns as JSON. What is missing in a row is null. */
function insertStatement(jobs: readonly JobRow[]) {
  return sql`${sql.raw(prepared)} insert into jobs (id, tenant, kind, state, payload, options, max_attempts, entry, priority,
      run_at, expires_at, dedup_key, webhook, schedule_id, tags, request_id, traceparent, created_at, updated_at)
    select id, tenant, kind, state, coalesce(payload, 'null'), coalesce(options, '{}'), max_attempts, entry, coalesce(priority, 0),
      run_at, expires_at, dedup_key, webhook, schedule_id, coalesce(tags, '{}'), request_id, traceparent, created_at, created_at
    from jsonb_to_recordset(${JSON.stringify(jobs.map(toRecord))}::jsonb) as job (id uuid, tenant text, kind text, state text,
      payload jsonb, options jsonb, max_attempts integer, entry text, priority integer, run_at timestamptz,
      expires_at timestamptz, dedup_key text, webhook text, schedule_id uuid, tags jsonb, request_id text, traceparent text,
      created_at timestamptz)`;
}

function toRecord(job: JobRow) {
  return {
    id: job.id,
    tenant: job.tenant,
    kind: job.kind,
    state: job.state,
    payload: job.payload,
    options: unlessEmpty(job.options),
    max_attempts: job.max_attempts,
    entry: job.entry,
    priority: job.priority || undefined,
    run_at: job.run_at ?? undefined,
    expires_at: job.expires_at ?? undefined,
    dedup_key: job.dedup_key ?? undefined,
    webhook: job.webhook ?? undefined,
    schedule_id: job.schedule_id ?? undefined,
    tags: unlessEmpty(job.tags),
    request_id: job.request_id ?? undefined,
    traceparent: job.traceparent ?? undefined,
    created_at: job.created_at,
  };
}

function unlessEmpty(object: object): object | undefined {
  for (const _key in object) return object;
  return undefined;
}
