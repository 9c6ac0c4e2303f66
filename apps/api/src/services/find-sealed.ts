import { setTimeout } from "node:timers/promises";
import type { Db } from "@longshore/shared/db/create-database";
import { isUnavailable } from "@longshore/shared/db/sql-error";
import type { SealedImport } from "./stage-import.ts";

const forMs = 5_000;
const everyMs = 200;

/**
 * Finds out what became of an import whose sealing commit was never answered: the import if it is sealed, undefined if it
 * is not. Asks again while the database is away, for five seconds at most; then rejects as it does.
 */
export async function findSealed(db: Db, jobId: string): Promise<SealedImport | undefined> {
  const deadline = performance.now() + forMs;
  for (;;) {
    try {
      return await readSealed(db, jobId);
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error;
      await setTimeout(everyMs);
    }
  }
}

function readSealed(db: Db, jobId: string): Promise<SealedImport | undefined> {
  return db.transaction().execute(async (trx) => {
    // The lock waits for a commit that is still under way.
    const job = await trx
      .selectFrom("jobs")
      .selectAll()
      .where("id", "=", jobId)
      .where("state", "<>", "receiving")
      .forShare()
      .executeTakeFirst();
    if (!job) return undefined;
    const imported = await trx.selectFrom("imports").selectAll().where("job_id", "=", jobId).executeTakeFirstOrThrow();
    return { job, imported };
  });
}
