import type { Db } from "@longshore/shared/db/create-database";
import { noSuchJob } from "./no-such-job.ts";

/** Throws `not_found` unless the tenant has this job. */
export async function requireJob(db: Db, jobId: string, tenant: string): Promise<void> {
  const job = await db
    .selectFrom("jobs")
    .select("id")
    .where("id", "=", jobId)
    .where("tenant", "=", tenant)
    .executeTakeFirst();
  if (!job) throw noSuchJob(jobId);
}
