import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { isLockTimeout } from "@longshore/shared/db/sql-error";

/** One run of a job: a claim gives it its delivery number. */
export type Delivery = { jobId: string; delivery: number };

/** Thrown to take back what a run wrote that has lost its job. */
export class JobLostError extends Error {
  override readonly name = "JobLostError";

  constructor() {
    super("The job was given to another worker");
  }
}

/**
 * Commits what `fn` writes together with a key for the job and the step, so that it is written once however often the job
 * runs; undefined, without calling `fn`, when an earlier run has done it. Whether the job is still this run's is asked
 * last, under a lock on its row that only the commit follows: so nobody can claim it in between, and a handler that takes
 * its time holds up nobody who claims, settles or cancels.
 */
export async function transactOnce<T>(
  db: Db,
  run: Delivery,
  step: string,
  fn: (trx: Transaction<Database>) => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    const attempt = { entered: false };
    try {
      return await db.transaction().execute(async (trx) => {
        const isNew = await enterStep(trx, run, step);
        attempt.entered = true;
        if (!isNew) return undefined;
        const written = await fn(trx);
        await assertOurs(trx, run);
        return written;
      });
    } catch (error) {
      // A run that lost the job is still at this step: what it comes to decides.
      if (attempt.entered || !isLockTimeout(error)) throw error;
    }
  }
}

async function enterStep(trx: Transaction<Database>, { jobId, delivery }: Delivery, step: string): Promise<boolean> {
  const { rows } = await sql<{ ours: boolean; entered: boolean }>`
    with ours as (
      select id from jobs where id = ${jobId} and delivery = ${delivery} and state in ('running', 'cancelling')
    ), entered as (
      insert into applied (job_id, step) select id, ${step} from ours on conflict do nothing returning step
    )
    select exists (select from ours) as ours, exists (select from entered) as entered`.execute(trx);
  if (!rows[0]?.ours) throw new JobLostError();
  return rows[0].entered;
}

async function assertOurs(trx: Transaction<Database>, { jobId, delivery }: Delivery): Promise<void> {
  const ours = await trx
    .selectFrom("jobs")
    .select("id")
    .where("id", "=", jobId)
    .where("delivery", "=", delivery)
    .where("state", "in", ["running", "cancelling"])
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!ours) throw new JobLostError();
}
