import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { findReleasedChunks } from "@longshore/shared/imports/find-released-chunks";
import { applyQueueSettings } from "@longshore/shared/queue/apply-queue-settings";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry, type ChunkEntry } from "@longshore/shared/queue/entry";
import { importQueue } from "@longshore/shared/queue/names";
import { reconcileJobs } from "./reconcile-jobs.ts";

const page = 1_000;

/** Who reconciles holds this advisory lock: any number that nobody else uses. */
const lockKey = 7_201_955;

export type ReconcileOptions = {
  /** How long a job must have been left alone before Redis is asked about it. */
  graceMs: number;
  /** How long an upload may stand still before it is given up. */
  unsealedMs: number;
};

/** What was done: entries put back that Redis had lost, settings that it had lost, uploads removed that never ended. */
export type Reconciled = { jobs: number; chunks: number; queues: number; unsealed: number };

/**
 * Makes Redis agree with the tables: what was committed is enqueued and each queue has its settings, whatever happened to
 * Redis. One process of all does so at a time; undefined when it is another one. Rejects while PostgreSQL or Redis is away.
 */
export async function reconcile(
  db: Db,
  producer: Producer,
  options: ReconcileOptions,
): Promise<Reconciled | undefined> {
  // The transaction holds the lock and changes no jobs: what workers are to claim must not wait for its end.
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ leads: boolean }>`select pg_try_advisory_xact_lock(${lockKey}) as leads`.execute(trx);
    if (!rows[0]?.leads) return undefined;
    const queues = await applyQueueSettings(db, producer);
    const unsealed = await removeUnsealed(db, options.unsealedMs);
    const jobs = await reconcileJobs({ reader: trx, db, producer }, options.graceMs);
    const chunks = await reconcileChunks(trx, producer);
    return { jobs, chunks, queues: queues.length, unsealed };
  });
}

/** The same for the chunks of imports as for jobs: those that are released, not applied, and not known to Redis. */
async function reconcileChunks(trx: Transaction<Database>, producer: Producer): Promise<number> {
  const entries = (await findReleasedChunks(trx)).map(chunkEntry);
  let enqueued = 0;
  for (let from = 0; from < entries.length; from += page) {
    const lost = await findLostChunks(producer, entries.slice(from, from + page));
    await producer.enqueue(lost);
    enqueued += lost.length;
  }
  return enqueued;
}

async function findLostChunks(producer: Producer, entries: readonly ChunkEntry[]): Promise<ChunkEntry[]> {
  const known = await producer.knows(
    importQueue,
    entries.map(({ id }) => id),
  );
  return entries.filter((_entry, index) => !known[index]);
}

/** Removes uploads that stopped without being sealed: their client never got a 202. */
async function removeUnsealed(db: Db, olderThanMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("jobs")
    .where("outcome", "is", null)
    .where("state", "=", "receiving")
    .where("updated_at", "<", sql<Date>`now() - ${olderThanMs} * interval '1 ms'`)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
