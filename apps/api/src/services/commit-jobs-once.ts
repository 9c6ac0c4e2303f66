import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import { isUnavailable } from "@longshore/shared/db/sql-error";
import { insertJobs, type Insertion } from "@longshore/shared/jobs/insert-jobs";
import type { Once } from "./run-once.ts";
import { untilKnown } from "./until-known.ts";

type Committed<Response> = { insertions: Insertion[]; response: Response };

/** Commits new jobs together with what their request is answered, so that it can be answered again. */
export async function commitJobsOnce<Response>(
  db: Db,
  once: Once,
  jobs: readonly JobRow[],
  respond: (insertions: readonly Insertion[]) => Response,
): Promise<Committed<Response>> {
  let committing: Committed<Response> | undefined;
  try {
    return await db.transaction().execute(async (trx) => {
      const insertions = await insertJobs(trx, jobs);
      const response = respond(insertions);
      await once.answer(trx, response);
      committing = { insertions, response };
      return committing;
    });
  } catch (error) {
    if (committing && isUnavailable(error) && (await untilKnown(once.isAnswered))) return committing;
    throw error;
  }
}
