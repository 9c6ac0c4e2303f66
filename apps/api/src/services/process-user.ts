import type { Answer } from "./run-once.ts";
import type { createReadUser } from "./read-user.ts";
import type { Accepted, createSubmitJob } from "./submit-job.ts";
import type { Submitter } from "./submitter.ts";

export type ProcessUserDeps = {
  readUser: ReturnType<typeof createReadUser>;
  submitJob: ReturnType<typeof createSubmitJob>;
};

/** Submits the job that derives a user's profile. Throws `not_found`. */
export function createProcessUser({ readUser, submitJob }: ProcessUserDeps) {
  return async function processUser(id: number, submitter: Submitter): Promise<Answer<Accepted>> {
    await readUser({ tenant: submitter.tenant, id });
    return submitJob({ kind: "users.process", payload: { userId: id } }, submitter);
  };
}
