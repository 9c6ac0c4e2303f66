import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { findReleasedChunks } from "@longshore/shared/imports/find-released-chunks";
import { importKind } from "@longshore/shared/jobs/contracts";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry, type Entry } from "@longshore/shared/queue/entry";
import { queueFor } from "@longshore/shared/queue/names";

const page = 1_000;

/** Who reconciles holds this advisory lock: any number that nobody else uses. */
const lockKey = 7_201_955;

export type ReconcileOptions = {
  /** How long a job must have been left alone before Redis is asked about it. */
  graceMs: number;
  /** How long an upload may stand still before it is given up. */
  unsealedMs: number;
};

/** What was done: entries put back that Redis had lost, uploads removed that never ended. */
export type Reconciled = { jobs: number; chunks: number; unsealed: number };

/**
 * Makes the queue agree with the tables: what was committed is enqueued, whatever happened to Redis. One process of all
 * does so at a time; undefined when it is another one. Rejects while PostgreSQL or Redis is away.
 */
export async function reconcile(
  db: Db,
  producer: Producer,
  options: ReconcileOptions,
): Promise<Reconciled | undefined> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ leads: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as leads`.execute(trx);
    if (!rows[0]?.leads) return undefined;
    const unsealed = await removeUnsealed(trx, options.unsealedMs);
    const jobs = await reconcileJobs(trx, producer, options.graceMs);
    const chunks = await reconcileChunks(trx, producer);
    return { jobs, chunks, unsealed };
  });
}

/**
 * Puts every job that is not over, and that Redis does not know, back into the queue. Adding what is there already is
 * harmless: ids are fixed, and a claim takes a job once.
 */
async function reconcileJobs(trx: Transaction<Database>, producer: Producer, olderThanMs: number): Promise<number> {
  let enqueued = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const jobs = await trx
      .selectFrom("jobs")
      .select(["id", "kind", "entry", "run_at"])
      .where("state", "in", ["queued", "scheduled", "running"])
      .where("kind", "<>", importKind)
      .where("updated_at", "<", new Date(Date.now() - olderThanMs))
      .where("id", ">", after)
      .orderBy("id")
      .limit(page)
      .execute();
    const entries = jobs.map(({ id, kind, entry, run_at }) => ({
      id: entry!,
      queue: queueFor(kind),
      data: { jobs: [id] },
      delayMs: Math.max(0, (run_at?.getTime() ?? 0) - Date.now()),
    }));
    enqueued += await enqueueLost(producer, entries);
    if (jobs.length < page) return enqueued;
    after = jobs.at(-1)!.id;
  }
}

/** The same for the chunks of imports: those that are released, not applied, and not known to Redis. */
async function reconcileChunks(trx: Transaction<Database>, producer: Producer): Promise<number> {
  const chunks = await findReleasedChunks(trx);
  return enqueueLost(producer, chunks.map(chunkEntry));
}

/** Removes uploads that stopped without being sealed: their client never got a 202. */
async function removeUnsealed(trx: Transaction<Database>, olderThanMs: number): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom("jobs")
    .where("state", "=", "receiving")
    .where("updated_at", "<", new Date(Date.now() - olderThanMs))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function enqueueLost(producer: Producer, entries: readonly Entry[]): Promise<number> {
  let enqueued = 0;
  for (const [queue, group] of Map.groupBy(entries, (entry) => entry.queue)) {
    const known = await producer.knows(
      queue,
      group.map(({ id }) => id),
    );
    const lost = group.filter((_entry, index) => !known[index]);
    await producer.enqueue(lost);
    enqueued += lost.length;
  }
  return enqueued;
}
