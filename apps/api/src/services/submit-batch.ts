import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import type { Insertion } from "@longshore/shared/jobs/insert-jobs";
import { submissionSchema } from "@longshore/shared/jobs/submission";
import { toJobRow } from "@longshore/shared/jobs/to-job-row";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import { invalid, validate } from "@longshore/shared/validation/validate";
import type { CheckJob } from "./check-job.ts";
import { commitJobs } from "./commit-jobs.ts";
import { commitJobsOnce } from "./commit-jobs-once.ts";
import type { EnqueueJobs } from "./enqueue-jobs.ts";
import { hashRequest } from "./hash-request.ts";
import { runOnce, type Answer } from "./run-once.ts";
import type { Submitter } from "./submitter.ts";

export type SubmitBatchDeps = { db: Db; enqueueJobs: EnqueueJobs; checkJob: CheckJob };

/** What became of each submission, in their order. */
export type BatchResult = { items: BatchItem[]; accepted: number; rejected: number };

type BatchItem = { index: number } & (
  | { job: JobView; deduplicated?: true }
  | { error: Pick<AppError, "code" | "message" | "errors"> }
);

/**
 * Accepts what is right of many submissions, in one transaction, and says what is wrong with each of the others. Throws
 * `validation_failed` if nothing is right. All pointers are into the array.
 */
export function createSubmitBatch({ db, enqueueJobs, checkJob }: SubmitBatchDeps) {
  return async function submitBatch(
    submissions: readonly unknown[],
    submitter: Submitter,
  ): Promise<Answer<BatchResult>> {
    const looks = submissions.map((submission, index) => lookAt(submission, { index, submitter, checkJob }));
    const jobs = looks.filter((look): look is JobRow => !isRefusal(look));
    if (jobs.length === 0)
      throw invalid(
        "validation_failed",
        looks.filter(isRefusal).flatMap(({ errors }) => errors),
      );

    const respond = (insertions: readonly Insertion[]) => toResult(looks, insertions);
    const { idempotencyKey: key, tenant } = submitter;
    if (key === undefined) {
      const insertions = await commitJobs(db, jobs);
      enqueueJobs(insertions);
      return { response: respond(insertions), replayed: false };
    }
    return runOnce(
      db,
      { tenant, route: "jobs/batch", key },
      () => hashRequest(submissions),
      async (once) => {
        const { insertions, response } = await commitJobsOnce(db, once, jobs, respond);
        enqueueJobs(insertions);
        return response;
      },
    );
  };
}

type Look = JobRow | AppError;

/** A value that could not be kept as it was sent comes as the error that says so. */
function lookAt(
  value: unknown,
  { index, submitter, checkJob }: { index: number; submitter: Submitter; checkJob: CheckJob },
): Look {
  if (value instanceof AppError) return value;
  try {
    const submission = validate(submissionSchema, value, [String(index)]);
    checkJob(submission, [String(index)]);
    return toJobRow(submission, submitter);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function isRefusal(look: Look): look is AppError {
  return look instanceof AppError;
}

function toResult(looks: readonly Look[], insertions: readonly Insertion[]): BatchResult {
  const inserted = insertions.values();
  const items = looks.map((look, index): BatchItem => {
    if (isRefusal(look)) return { index, error: { code: look.code, message: look.message, errors: look.errors } };
    const { job, deduplicated } = inserted.next().value!;
    return { index, job: toJobView(job), ...(deduplicated && { deduplicated }) };
  });
  return { items, accepted: insertions.length, rejected: looks.length - insertions.length };
}
