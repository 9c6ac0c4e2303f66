import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import { isRowError } from "@longshore/shared/db/sql-error";
import type { Insertion } from "@longshore/shared/jobs/insert-jobs";
import type { Submission } from "@longshore/shared/jobs/submission";
import { toJobRow } from "@longshore/shared/jobs/to-job-row";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { CheckJob } from "./check-job.ts";
import { commitJobs } from "./commit-jobs.ts";
import { commitJobsOnce } from "./commit-jobs-once.ts";
import type { EnqueueJobs } from "./enqueue-jobs.ts";
import { hashRequest } from "./hash-request.ts";
import { runOnce, type Answer } from "./run-once.ts";
import type { Submitter } from "./submitter.ts";

export type SubmitJobDeps = { db: Db; enqueueJobs: EnqueueJobs; checkJob: CheckJob };

/** A job that was accepted; `deduplicated` if it is an older one that is pending under the same `dedupKey`. */
export type Accepted = { job: JobView; deduplicated: boolean };

/**
 * Accepts jobs. Those that arrive while the last commit runs are committed by one statement and then enqueued in envelopes.
 * A job that is committed is accepted, also while Redis is away. Throws `unknown_kind` and `validation_failed`.
 */
export function createSubmitJob({ db, enqueueJobs, checkJob }: SubmitJobDeps) {
  const insert = createMicroBatch<JobRow, Insertion>({
    maxItems: 500,
    inCrowds: true,
    mayBeOneItem: isRowError,
    async run(jobs) {
      const insertions = await commitJobs(db, jobs);
      enqueueJobs(insertions);
      return insertions;
    },
  });

  return async function submitJob(submission: Submission, submitter: Submitter): Promise<Answer<Accepted>> {
    checkJob(submission);
    const job = toJobRow(submission, submitter);
    const { idempotencyKey: key, tenant } = submitter;
    if (key === undefined) return { response: toAccepted(await insert(job)), replayed: false };
    return runOnce(
      db,
      { tenant, route: "jobs", key },
      () => hashRequest(submission),
      async (once) => {
        const { insertions, response } = await commitJobsOnce(db, once, [job], ([only]) => toAccepted(only!));
        enqueueJobs(insertions);
        return response;
      },
    );
  };
}

function toAccepted({ job, deduplicated }: Insertion): Accepted {
  return { job: toJobView(job), deduplicated };
}
