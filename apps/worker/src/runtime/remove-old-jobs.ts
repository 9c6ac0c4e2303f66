import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { importKind } from "@longshore/shared/jobs/contracts";
import { deleteRows } from "./delete-rows.ts";

/** How many jobs are looked at in one statement, and how many are removed. */
const page = 5_000;
const most = 500;
const firstId = "00000000-0000-0000-0000-000000000000";

/** Who walks at this moment holds this advisory lock: any number that nobody else uses. */
const lockKey = 7_201_956;

/**
 * Removes the jobs that ended before a time, and all that belongs to them; answers after each step how many it removed.
 * Walks all jobs that are old enough in the order of their ids, which begin with the time of their creation, and past those
 * that are not over: so it needs no index, and meets a job that stays open for ever once in a walk. Another process that
 * walks at the same time does no harm; one that comes upon it stops.
 */
export async function* removeOldJobs(db: Db, endedBefore: Date): AsyncGenerator<number> {
  let after = firstId;
  for (;;) {
    const jobs = await readPage(db, after, endedBefore);
    const old = jobs.filter((job) => job.old);
    for (const ids of together(old)) {
      // The many rows that nothing depends on go first, some at a time; the job takes the rest along.
      yield* deleteRows(db, "import_rejects", ids);
      yield* deleteRows(db, "job_logs", ids);
      yield await removeJobs(db, ids, endedBefore);
    }
    if (jobs.length < page) return;
    yield 0;
    after = jobs.at(-1)!.id;
  }
}

type OldJob = { id: string; kind: string; old: boolean };

async function readPage(db: Db, after: string, endedBefore: Date): Promise<OldJob[]> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ walks: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as walks`.execute(trx);
    if (!rows[0]?.walks) return [];
    return trx
      .selectFrom("jobs")
      .select(["id", "kind", isOld(endedBefore).as("old")])
      .where("id", ">", after)
      .where("id", "<", idAt(endedBefore))
      .orderBy("id")
      .limit(page)
      .execute();
  });
}

/** An import, whose chunks may hold much, goes alone. */
function together(jobs: readonly OldJob[]): string[][] {
  const groups: string[][] = [];
  let open: string[] = [];
  for (const { id, kind } of jobs) {
    if (kind === importKind) groups.push([id]);
    else if (open.push(id) === 1) groups.push(open);
    if (open.length === most) open = [];
  }
  return groups;
}

/** Finds the rows once and by themselves: joined to them, a plan made for an empty table finds and locks all for each of them. */
async function removeJobs(db: Db, ids: readonly string[], endedBefore: Date): Promise<number> {
  // One may have been run again meanwhile.
  const { numAffectedRows = 0n } = await sql`
    delete from jobs where ctid = any(array(
      select ctid from jobs where id = any(${ids}::uuid[]) and ${isOld(endedBefore)} for update skip locked))`.execute(
    db,
  );
  return Number(numAffectedRows);
}

/** Whether a job's time is over. One whose end is still to be told stays until that is over, too. */
function isOld(endedBefore: Date) {
  return sql<boolean>`coalesce(finished_at < ${endedBefore}, false) and outcome is not null and case
    when webhook is null then true
    when webhook_job_id is null then false
    else not exists (
      select from jobs as telling where telling.id = jobs.webhook_job_id and telling.finished_at is null) end`;
}

/** The least id of a job that was made at a time. */
function idAt(time: Date): string {
  const ms = time.getTime().toString(16).padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-0000-0000-000000000000`;
}
