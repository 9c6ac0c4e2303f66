import type { JobView } from "@longshore/shared/status/job-view";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import { countRows, look, untilAllIsOver } from "../faults/read-truth.ts";
import type { Ledger } from "./ledger.ts";

type Database = FaultStack["database"];

/** Waits until all is over, and lists what of the ledger did not come true. */
export async function judge(stack: FaultStack, ledger: Ledger): Promise<string[]> {
  const { database } = stack;
  await untilAllIsOver(database, 120_000);
  return [
    ...(await judgeImports(stack, ledger)),
    ...(await judgeJobs(stack, [...ledger.jobs, ...ledger.processed.map(({ job }) => job)])),
    ...(await judgeWrites(database, ledger)),
    ...(await judgeTotals(database, ledger)),
    ...(await judgeQueues(stack)),
  ];
}

/** Every row of an import is in the table once, and its counts say so. */
async function judgeImports(stack: FaultStack, { imports }: Ledger): Promise<string[]> {
  const broken: string[] = [];
  for (const { job, ...rows } of imports) {
    const { there, missing } = await countRows(stack.database, rows);
    if (there !== rows.count || missing > 0)
      broken.push(`import ${job.id} of ${rows.count} rows: ${there} are there, ${missing} are missing`);
    const { state, counts } = await look(stack, job);
    if (state !== "succeeded" || counts?.received !== rows.count || counts.inserted !== rows.count)
      broken.push(`import ${job.id} of ${rows.count} rows is ${state} and says ${JSON.stringify(counts)}`);
  }
  return broken;
}

async function judgeJobs({ database }: FaultStack, jobs: readonly JobView[]): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string; state: string | null; error: unknown }>(
    `select wanted.id, jobs.state, jobs.error from unnest($1::uuid[]) as wanted (id) left join jobs using (id)
     where jobs.state is distinct from 'succeeded'`,
    [jobs.map(({ id }) => id)],
  );
  return rows.map(({ id, state, error }) => `job ${id} is ${state ?? "not there"}: ${JSON.stringify(error)}`);
}

/** What a handler writes by `ctx.transaction` is written once. */
async function judgeWrites({ pool }: Database, { processed }: Ledger): Promise<string[]> {
  const { rows } = await pool.query<{ user_id: number; times: number }>(
    `select wanted.user_id, count(writes.user_id) as times
     from unnest($1::bigint[]) as wanted (user_id) left join writes using (user_id)
     group by wanted.user_id having count(writes.user_id) <> 1`,
    [processed.map(({ userId }) => userId)],
  );
  return rows.map(({ user_id, times }) => `user ${user_id} was processed ${times} times`);
}

/** Nothing is there that nobody has acknowledged, and nothing of what was staged. */
async function judgeTotals({ pool }: Database, ledger: Ledger): Promise<string[]> {
  const { rows } = await pool.query<Record<"users" | "jobs" | "staged" | "pending", number>>(
    `select (select count(*) from users) as users, (select count(*) from jobs) as jobs,
       (select coalesce(sum(staged_bytes), 0)::bigint from imports) as staged,
       (select count(*) from import_chunks where state <> 'done' or payload is not null) as pending`,
  );
  return differences(rows[0]!, {
    users: ledger.users + ledger.imports.reduce((sum, { count }) => sum + count, 0),
    jobs: ledger.imports.length + ledger.jobs.length + ledger.processed.length,
    staged: 0,
    pending: 0,
  });
}

/** No queue holds anything when nothing is left to do. */
async function judgeQueues({ redis }: FaultStack): Promise<string[]> {
  const broken: string[] = [];
  for (const key of await redis.keys("*")) {
    if (/:(wait|active|paused)$/.test(key) && (await redis.llen(key)) > 0) broken.push(`${key} is not empty`);
    if (/:(prioritized|delayed)$/.test(key) && (await redis.zcard(key)) > 0) broken.push(`${key} is not empty`);
  }
  return broken;
}

function differences(found: Record<string, number>, wanted: Record<string, number>): string[] {
  return Object.entries(wanted).flatMap(([name, value]) =>
    found[name] === value ? [] : [`${name}: ${found[name]}, not ${value}`],
  );
}
