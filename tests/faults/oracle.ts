import { expect } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { countRows, look, untilAllIsOver } from "./read-truth.ts";
import type { FaultStack } from "./start-fault-stack.ts";
import type { Outcome } from "./upload.ts";

type Database = FaultStack["database"];

/**
 * What must be true when a fault is over, whatever it was. Of all that was uploaded since the stack began: every row of
 * an import that was answered with a 202 is in the table once and counted once; of an import that was not, no row is
 * there, and nothing else; every job is over.
 */
export async function expectEachRowOnce(stack: FaultStack, outcomes: readonly Outcome[]): Promise<void> {
  await untilAllIsOver(stack.database);
  const accepted = outcomes.filter((outcome) => outcome.job);

  for (const rows of outcomes) {
    const { group, count } = rows;
    expect(await countRows(stack.database, rows), group).toEqual({
      there: rows.job ? count : 0,
      missing: rows.job ? 0 : count,
    });
    if (!rows.job) continue;
    const job = await look(stack, rows.job);
    expect(job, group).toMatchObject({ state: "succeeded", error: null });
    expect(job.counts, group).toEqual({
      received: count,
      inserted: count,
      updated: 0,
      skipped: 0,
      rejected: 0,
      pending: 0,
    });
  }
  const sum = accepted.reduce((total, { count }) => total + count, 0);
  const ids = new Set(accepted.map(({ job }) => job?.id));
  expect(await countAll(stack.database)).toEqual({ users: sum, jobs: ids.size, pending: 0, staged: 0 });
}

/** All these jobs have succeeded, each in its first attempt. */
export async function expectAllAtOnce({ database }: FaultStack, jobs: readonly JobView[]): Promise<void> {
  const { rows } = await database.pool.query(
    "select id from jobs where id = any ($1) and state = 'succeeded' and attempt = 1",
    [jobs.map(({ id }) => id)],
  );
  expect(rows).toHaveLength(jobs.length);
}

async function countAll({ pool }: Database) {
  const { rows } = await pool.query<{ users: number; jobs: number; pending: number; staged: number }>(
    `select (select count(*) from users where email like '%@example.com') as users, (select count(*) from imports) as jobs,
       (select count(*) from import_chunks where state <> 'done' or payload is not null) as pending,
       (select coalesce(sum(staged_bytes), 0)::bigint from imports) as staged`,
  );
  return rows[0]!;
}

/** Resolves when some of an import's chunks are applied and more are not: the moment for a fault. */
export async function untilUnderWay({ database }: FaultStack, job: JobView): Promise<void> {
  await waitFor("the import to be under way", async () => {
    const { rows } = await database.pool.query<{ done: number; total: number }>(
      "select chunks_done as done, chunks_total as total from imports where job_id = $1",
      [job.id],
    );
    const { done, total } = rows[0]!;
    if (done === total) throw new Error("The import was over before the fault");
    return done > 0;
  });
}
