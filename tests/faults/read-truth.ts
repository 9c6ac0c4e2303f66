import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { FaultStack } from "./start-fault-stack.ts";
import type { Rows } from "./upload.ts";

type Database = FaultStack["database"];

/** Resolves when no job is under way and nothing is left of uploads that were not accepted. */
export async function untilAllIsOver({ pool }: Database, withinMs = 60_000): Promise<void> {
  await waitFor(
    "every job to be over",
    async () => {
      const { rows } = await pool
        .query<{ open: number }>(
          `select count(*) as open from jobs
           where state not in ('succeeded', 'partially_succeeded', 'failed', 'cancelled', 'expired')`,
        )
        // PostgreSQL may still be on its way back.
        .catch(() => ({ rows: [] }));
      return rows[0]?.open === 0;
    },
    withinMs,
  );
}

export async function look(stack: FaultStack, job: JobView): Promise<JobView> {
  return (await (await fetch(stack.url + job.links.self)).json()) as JobView;
}

/** How many rows of a group are in the table, and how many of its ids are not. */
export async function countRows(
  { pool }: Database,
  { group, count }: Rows,
): Promise<{ there: number; missing: number }> {
  const { rows } = await pool.query<{ there: number; missing: number }>(
    `select (select count(*) from users where email like $1 || '%') as there,
       (select count(*) from generate_series(0, $2::int - 1) n
        where not exists (select from users where email = $1 || n || '@example.com')) as missing`,
    [group, count],
  );
  return rows[0]!;
}
