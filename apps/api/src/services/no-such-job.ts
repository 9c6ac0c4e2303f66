import { AppError } from "@longshore/shared/errors";

/** What is answered for a job that is not there, or is another tenant's. */
export function noSuchJob(jobId: string): AppError {
  return new AppError("not_found", { message: `There is no job ${jobId}` });
}
