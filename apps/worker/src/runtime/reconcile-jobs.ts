import { sql, type Kysely } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { assignEntries } from "@longshore/shared/jobs/assign-entries";
import { importKind } from "@longshore/shared/jobs/contracts";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { queueFor } from "@longshore/shared/queue/names";
import { reassignEntries } from "./reassign-entries.ts";

const page = 1_000;
const states = ["queued", "scheduled", "running", "cancelling"] as const;

type OpenJob = Pick<JobRow, "id" | "kind" | "entry" | "run_at" | "priority">;

export type ReconcileJobsDeps = {
  /** Reads the jobs: the transaction that holds the lock on reconciling. */
  reader: Kysely<Database>;
  /** Commits what is changed at once. */
  db: Db;
  producer: Producer;
};

/**
 * Puts every job that is not over, and whose entry Redis does not know, back into the queue: in new envelopes, which the
 * tables name before Redis does. That is harmless for a job which is in the queue after all, for a claim takes it once; and
 * one that was to be cancelled when its worker died ends by the claim. Answers how many jobs were lost.
 */
export async function reconcileJobs({ reader, db, producer }: ReconcileJobsDeps, graceMs: number): Promise<number> {
  let enqueued = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const jobs = await readPage(reader, graceMs, after);
    enqueued += await enqueueAgain(db, producer, await findLost(producer, jobs));
    if (jobs.length < page) return enqueued;
    after = jobs.at(-1)!.id;
  }
}

/** A job that is said to have been changed later than now was submitted by a clock that is fast: it is not left alone. */
function readPage(db: Kysely<Database>, graceMs: number, after: string): Promise<OpenJob[]> {
  return db
    .selectFrom("jobs")
    .select(["id", "kind", "entry", "run_at", "priority"])
    .where("outcome", "is", null)
    .where("state", "in", states)
    .where("kind", "<>", importKind)
    .where(
      sql<boolean>`(updated_at < now() - ${graceMs} * interval '1 ms' or updated_at > clock_timestamp() + ${graceMs} * interval '1 ms')`,
    )
    .where("id", ">", after)
    .orderBy("id")
    .limit(page)
    .execute();
}

/** Asks once for each entry, which carries up to a hundred jobs. */
async function findLost(producer: Producer, jobs: readonly OpenJob[]): Promise<OpenJob[]> {
  const lost: OpenJob[] = [];
  for (const [kind, group] of Map.groupBy(jobs, (job) => job.kind)) {
    const entries = [...new Set(group.flatMap(({ entry }) => entry ?? []))];
    const known = await producer.knows(queueFor(kind), entries);
    const there = new Set(entries.filter((_entry, index) => known[index]));
    lost.push(...group.filter(({ entry }) => entry === null || !there.has(entry)));
  }
  return lost;
}

async function enqueueAgain(db: Db, producer: Producer, lost: readonly OpenJob[]): Promise<number> {
  if (lost.length === 0) return 0;
  const now = new Date();
  // Whatever time has come makes no difference any more: such jobs go into one envelope.
  const jobs = lost.map((job) => ({ ...job, run_at: job.run_at && job.run_at > now ? job.run_at : null }));
  assignEntries(jobs);
  const changes = jobs.map(({ id, entry }, index) => ({ jobId: id, former: lost[index]!.entry, entry: entry! }));
  const reassigned = await reassignEntries(db, changes, states);
  await producer.enqueue(toEntries(reassigned));
  return reassigned.length;
}
