import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import { isUnavailable } from "@longshore/shared/db/sql-error";
import { insertJobs, type Insertion } from "@longshore/shared/jobs/insert-jobs";
import { untilKnown } from "./until-known.ts";

/**
 * Commits new jobs, all or none of them. If the commit is not answered it is repeated, which inserts nothing that is there
 * already: so a job is not refused that will run.
 */
export async function commitJobs(db: Db, jobs: readonly JobRow[]): Promise<Insertion[]> {
  // Only a dedupKey can take more than the one statement, which is a transaction by itself.
  const takesMore = jobs.length > 1 && jobs.some(({ dedup_key }) => dedup_key !== null);
  const connect = () => (takesMore ? db.transaction() : db.connection());
  let sent = false;
  try {
    return await connect().execute((connection) => {
      sent = true;
      return insertJobs(connection, jobs);
    });
  } catch (error) {
    if (!sent || !isUnavailable(error)) throw error;
    return untilKnown(() => connect().execute((connection) => insertJobs(connection, jobs, { again: true })));
  }
}
