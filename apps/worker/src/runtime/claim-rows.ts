import { sql, type Kysely } from "kysely";
import { arrayOf, prepared } from "@longshore/shared/db/prepare-statements";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { briefly } from "./with-free-jobs.ts";

/** A job in the envelope of a queue entry. */
export type JobReference = { jobId: string; entry: string };

const claimedColumns = [
  "id",
  "tenant",
  "kind",
  "payload",
  "options",
  "attempt",
  "max_attempts",
  "delivery",
  "settled_delivery",
  "run_at",
  "request_id",
  "traceparent",
] as const satisfies (keyof JobRow)[];
const columns = sql.join(claimedColumns.map((column) => sql.ref(`jobs.${column}`)));

/** What a run needs of its job. */
export type ClaimedJob = Pick<JobRow, (typeof claimedColumns)[number]>;
export type ClaimedRow = ClaimedJob & { claimed_by: string };

/**
 * A claim is committed without waiting for the disk: should PostgreSQL crash before it gets there, the job is queued as it
 * was, and the outcome of the run is refused. The settlement, which waits, takes along what came before it.
 */
const withoutWaiting = sql<boolean>`(select set_config('synchronous_commit', 'off', true)) is not null`;

/**
 * A job waits until its time has come by PostgreSQL's clock, whoever carries it. Its own entry comes by the clock of a worker,
 * and clocks differ a little; the entry of one that is far too early is dropped, and the reconciler brings another one.
 */
const mayStart = sql`(jobs.run_at is null or jobs.run_at <= now() or (jobs.entry = wanted.entry and jobs.run_at <= now() + interval '1 s'))
          and (jobs.expires_at is null or jobs.expires_at > now() or jobs.started_at is not null)`;

/** Claims what may be run, by one statement. */
export async function claimRows(db: Kysely<Database>, references: readonly JobReference[]): Promise<ClaimedRow[]> {
  const ids = references.map(({ jobId }) => jobId);
  const entries = references.map(({ entry }) => entry);
  const { rows } = await sql<ClaimedRow>`${sql.raw(prepared)}
    update jobs set state = 'running', delivery = delivery + 1, entry = wanted.entry, revision = revision + 1,
      started_at = coalesce(started_at, now()), updated_at = now()
    from unnest(${arrayOf("uuid", ids)}, ${arrayOf("text", entries)}) as wanted (id, entry)
    where ${withoutWaiting} and ${briefly} and jobs.id = wanted.id and case jobs.state
      when 'running' then jobs.entry = wanted.entry
      when 'queued' then ${mayStart}
      when 'scheduled' then ${mayStart}
      else false end
    returning ${columns}, wanted.entry as claimed_by`.execute(db);
  return rows;
}
