import { findDataset } from "@longshore/shared/datasets/datasets";
import type { DatabaseHandle } from "@longshore/shared/db/create-database";
import { transactOnClient } from "@longshore/shared/db/transact-on-client";
import type { ChunkEntryData } from "@longshore/shared/queue/entry";
import { claimChunk, type ClaimedChunk } from "./claim-chunk.ts";
import { decodeChunk } from "./decode-chunk.ts";
import { failImport } from "./fail-import.ts";
import { rehearseRows } from "./rehearse-rows.ts";
import { ImportOver, settleChunk, type SettledChunk } from "./settle-chunk.ts";
import { validateRows } from "./validate-rows.ts";
import { writeRows } from "./write-rows.ts";

export type ChunkDatabase = Pick<DatabaseHandle, "db" | "pool">;

export type RunChunkOptions = {
  /** After so many deliveries without a commit, the import fails as `poisoned` instead of taking down more workers. */
  maxDeliveries: number;
};

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
  if (chunk.delivery > options.maxDeliveries) return failImport(db, chunk);
  try {
    return await applyChunk(database, chunk);
  } catch (error) {
    if (error instanceof ImportOver) return undefined;
    await noteError(db, chunk, error).catch(() => {});
    throw error;
  }
}

async function applyChunk({ pool }: ChunkDatabase, chunk: ClaimedChunk): Promise<SettledChunk | undefined> {
  const dataset = findDataset(chunk.dataset);
  if (!dataset) throw new Error(`This worker does not know the dataset ${chunk.dataset}`);
  const decoded = await decodeChunk(chunk, dataset);
  const { valid, refused } = validateRows(decoded, dataset);

  return transactOnClient(pool, async ({ trx, client }) => {
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
    return settleChunk(trx, chunk, written, [...refused, ...written.refused], decoded.raw);
  });
}

async function noteError(db: DatabaseHandle["db"], chunk: ClaimedChunk, error: unknown): Promise<void> {
  await db
    .updateTable("import_chunks")
    .set({ last_error: (error as Error).message.slice(0, 1_000) })
    .where("job_id", "=", chunk.jobId)
    .where("seq", "=", chunk.seq)
    .execute();
}
