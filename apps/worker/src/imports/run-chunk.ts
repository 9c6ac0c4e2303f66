import type { WriteFence } from "@longshore/shared/cache/create-write-fence";
import { findDataset } from "@longshore/shared/datasets/datasets";
import type { DatabaseHandle } from "@longshore/shared/db/create-database";
import { isLockTimeout, isUnavailable, mayPass } from "@longshore/shared/db/sql-error";
import { transactOnClient } from "@longshore/shared/db/transact-on-client";
import type { ChunkEntryData } from "@longshore/shared/queue/entry";
import { retryWhileUnavailable } from "../runtime/retry-while-unavailable.ts";
import { claimChunk, type ClaimedChunk } from "./claim-chunk.ts";
import { decodeChunk } from "./decode-chunk.ts";
import { failImport } from "./fail-import.ts";
import { rehearseRows } from "./rehearse-rows.ts";
import { ImportOver, settleChunk, type SettledChunk } from "./settle-chunk.ts";
import { validateRows } from "./validate-rows.ts";
import type { WatchChunk } from "./watch-chunks.ts";
import { writeRows } from "./write-rows.ts";

export type ChunkDatabase = Pick<DatabaseHandle, "db" | "pool">;

export type RunChunkOptions = {
  /** After so many deliveries without a commit, the import fails as `poisoned` instead of taking down more workers. */
  maxDeliveries: number;
  /** Looks on while a claimed chunk is dealt with. */
  watch?: WatchChunk;
  /** The fences of the caches that rows are read through. */
  fences?: Readonly<Record<string, WriteFence>>;
};

const noteWithinMs = 5_000;

/**
 * A chunk's way: claim → decode → validate → write → settle. Rows, rejects, counters and the chunk's own state are one
 * transaction under a lock on the chunk, so however often it is delivered, it is applied once.
 * Undefined when there was nothing to do.
 */
export async function runChunk(
  database: ChunkDatabase,
  reference: ChunkEntryData,
  options: RunChunkOptions,
): Promise<SettledChunk | undefined> {
  const { db } = database;
  const chunk = await claimChunk(db, reference);
  if (!chunk) return undefined;
  const { watch = (_chunk, work) => work() } = options;
  if (chunk.delivery > options.maxDeliveries) return watch(chunk, () => failImport(db, chunk));
  try {
    return await watch(chunk, () => applyChunk(database, chunk, options));
  } catch (error) {
    if (error instanceof ImportOver) return undefined;
    await retryWhileUnavailable(() => noteError(db, chunk, error), noteWithinMs).catch(() => {});
    throw error;
  }
}

async function applyChunk(
  { pool }: ChunkDatabase,
  chunk: ClaimedChunk,
  { fences }: RunChunkOptions,
): Promise<SettledChunk | undefined> {
  const dataset = findDataset(chunk.dataset);
  if (!dataset) throw new Error(`This worker does not know the dataset ${chunk.dataset}`);
  const decoded = await decodeChunk(chunk, dataset);
  const { valid, refused } = validateRows(decoded, dataset);

  const fence = dataset.cache === undefined ? undefined : fences?.[dataset.cache];
  let raised: Awaited<ReturnType<WriteFence["raise"]>> | undefined;

  const settling = transactOnClient(pool, async ({ trx, client }) => {
    const pending = await trx
      .selectFrom("import_chunks")
      .select("seq")
      .where("job_id", "=", chunk.jobId)
      .where("seq", "=", chunk.seq)
      .where("state", "=", "pending")
      .forUpdate()
      .executeTakeFirst();
    if (!pending) return undefined;
    const options = { onConflict: chunk.onConflict, expectDuplicates: chunk.metDuplicates };
    const target = { trx, client, dataset, tenant: chunk.tenant };
    const written = chunk.dryRun
      ? await rehearseRows(target, chunk.jobId, options, valid)
      : await writeRows(target, options, valid);
    // Whoever sees the import at its end must see its rows too, so the fence is there before the commit.
    if (written.updated > 0 && !chunk.dryRun) raised = await fence?.raise({ tenant: chunk.tenant });
    return settleChunk(trx, chunk, written, [...refused, ...written.refused], decoded.raw);
  });
  try {
    return await settling;
  } catch (error) {
    if (isUnavailable(error)) raised = undefined;
    throw error;
  } finally {
    await raised?.lower();
  }
}

/** A delivery that the database failed, or that somebody's lock held up, says nothing of the chunk: it is not counted. */
async function noteError(db: DatabaseHandle["db"], chunk: ClaimedChunk, error: unknown): Promise<void> {
  const uncounted = mayPass(error) || isLockTimeout(error) ? 1 : 0;
  await db
    .updateTable("import_chunks")
    .set((eb) => ({ last_error: (error as Error).message.slice(0, 1_000), delivery: eb("delivery", "-", uncounted) }))
    .where("job_id", "=", chunk.jobId)
    .where("seq", "=", chunk.seq)
    .execute();
}
