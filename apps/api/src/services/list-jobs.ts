import type { Db } from "@longshore/shared/db/create-database";
import { findJobIds, type IdPage } from "./find-job-ids.ts";
import type { JobFilter } from "./job-filter.ts";
import type { LookAtJob } from "./look-at-job.ts";

export type ListJobsDeps = { db: Db; lookAtJob: LookAtJob };

/** The views of a page of jobs, each as JSON text, and the id to go on after if there are more. */
export type JobPage = { items: string[]; next: string | undefined };

/** Lists jobs, newest first. */
export function createListJobs({ db, lookAtJob }: ListJobsDeps) {
  return async function listJobs(filter: JobFilter, { limit, after }: IdPage): Promise<JobPage> {
    const ids = await findJobIds(db, filter, { limit: limit + 1, after });
    const page = ids.slice(0, limit);
    const looks = await Promise.all(page.map(lookAtJob));
    return {
      items: looks.flatMap((look) => (look ? [look.text] : [])),
      next: ids.length > limit ? page.at(-1) : undefined,
    };
  };
}
