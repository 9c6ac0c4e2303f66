import { sql, type Kysely } from "kysely";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import type { JobReference } from "./claim-rows.ts";
import { cancelledError, expiredError } from "./end-errors.ts";
import { briefly } from "./with-free-jobs.ts";

const isTooLate = sql`jobs.expires_at <= now() and jobs.started_at is null`;

/**
 * Ends what a claim left alone because it must not start any more: jobs that were to be cancelled when their worker was
 * lost, and jobs that did not start in time. Answers those.
 */
export async function endUnstarted(
  db: Kysely<Database>,
  references: readonly JobReference[],
): Promise<Pick<JobRow, "id" | "kind" | "state">[]> {
  const ids = references.map(({ jobId }) => jobId);
  const entries = references.map(({ entry }) => entry);
  const { rows } = await sql<Pick<JobRow, "id" | "kind" | "state">>`
    update jobs set
      state = case jobs.state when 'cancelling' then 'cancelled' else 'expired' end,
      error = case jobs.state when 'cancelling' then ${JSON.stringify(cancelledError)}::jsonb else ${JSON.stringify(expiredError)}::jsonb end,
      settled_delivery = delivery, revision = revision + 1, finished_at = now(), updated_at = now()
    from unnest(${ids}::uuid[], ${entries}::text[]) as wanted (id, entry)
    where ${briefly} and jobs.id = wanted.id and case jobs.state
      when 'cancelling' then jobs.entry = wanted.entry
      when 'queued' then ${isTooLate}
      when 'scheduled' then ${isTooLate}
      else false end
    returning jobs.id, jobs.kind, jobs.state`.execute(db);
  return rows;
}
