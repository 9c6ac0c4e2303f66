import { sql, type Kysely } from "kysely";
import { arrayOf, prepared } from "@longshore/shared/db/prepare-statements";
import type { Database } from "@longshore/shared/db/schema";
import { isStarted } from "./is-started.ts";
import type { Succeeded } from "./settle-jobs.ts";
import { briefly } from "./with-free-jobs.ts";

/** Commits the results of runs, and nothing else, for this is what most come to. Answers their jobs. */
export async function settleSucceeded(
  db: Kysely<Database>,
  settlements: readonly Succeeded[],
): Promise<{ id: string }[]> {
  const ids = settlements.map(({ jobId }) => jobId);
  const deliveries = settlements.map(({ delivery }) => delivery);
  const results = settlements.map(({ outcome }) => outcome.result);
  const { rows } = await sql<{ id: string }>`${sql.raw(prepared)}
    update jobs set state = 'succeeded', attempt = attempt + 1, result = run.result, error = null,
      settled_delivery = run.delivery, revision = revision + 1, finished_at = now(), updated_at = now()
    from unnest(${arrayOf("uuid", ids)}, ${arrayOf("integer", deliveries)}, ${arrayOf("jsonb", results)})
      as run (id, delivery, result)
    where ${briefly} and jobs.id = run.id and jobs.delivery = run.delivery and ${isStarted}
    returning jobs.id`.execute(db);
  return rows;
}
