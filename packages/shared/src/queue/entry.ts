import { importQueue } from "./names.ts";

/**
 * What Redis holds of the work: references only. A jobs entry is an envelope of jobs of one kind; a chunk entry names a
 * chunk of an import. The id is chosen before the entry is added, so adding it twice adds it once.
 */
export type JobsEntry = { id: string; queue: string; data: JobsEntryData; delayMs?: number };
export type ChunkEntry = { id: string; queue: string; data: ChunkEntryData; delayMs?: number };
export type Entry = JobsEntry | ChunkEntry;

export type JobsEntryData = { jobs: string[] };
export type ChunkEntryData = { jobId: string; seq: number };

/** The entry of a chunk, with the same id however often it is made. BullMQ allows no colon in an id and no bare number. */
export function chunkEntry({ jobId, seq }: ChunkEntryData): ChunkEntry {
  return { id: `${jobId}-${seq}`, queue: importQueue, data: { jobId, seq } };
}
