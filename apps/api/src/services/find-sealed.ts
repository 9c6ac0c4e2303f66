import type { Db } from "@longshore/shared/db/create-database";
import type { SealedImport } from "./stage-import.ts";

/** The import, if it is sealed. Waits for a commit that is still under way. */
export function findSealed(db: Db, jobId: string): Promise<SealedImport | undefined> {
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
