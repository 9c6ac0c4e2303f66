import type { Transaction } from "kysely";
import type { Database, ImportRow, JobRow } from "@longshore/shared/db/schema";
import { noSuchJob } from "./no-such-job.ts";

export type LockedJob = { job: JobRow; imported: ImportRow | undefined };

/**
 * Locks a job until the transaction ends: first its import, as a chunk that settles does, then the job itself.
 * Throws `not_found`.
 */
export async function lockJob(trx: Transaction<Database>, jobId: string, tenant: string): Promise<LockedJob> {
  const imported = await trx
    .selectFrom("imports")
    .selectAll()
    .where("job_id", "=", jobId)
    .forUpdate()
    .executeTakeFirst();
  const job = await trx
    .selectFrom("jobs")
    .selectAll()
    .where("id", "=", jobId)
    .where("tenant", "=", tenant)
    .forUpdate()
    .executeTakeFirst();
  if (!job) throw noSuchJob(jobId);
  return { job, imported };
}
