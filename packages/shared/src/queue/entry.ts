/**
 * What Redis holds of the work: references only. A jobs entry is an envelope of jobs of one kind; a chunk entry names a
 * chunk of an import. The id is chosen before the entry is added, so adding it twice adds it once.
 */
export type JobsEntry = { id: string; queue: string; data: JobsEntryData; delayMs?: number };
export type ChunkEntry = { id: string; queue: string; data: ChunkEntryData; delayMs?: number };
export type Entry = JobsEntry | ChunkEntry;

export type JobsEntryData = { jobs: string[] };
export type ChunkEntryData = { jobId: string; seq: number };

/** The id of a chunk's entry: the same for every attempt to enqueue it. BullMQ allows no colon and no bare number. */
export function chunkEntryId(jobId: string, seq: number): string {
  return `${jobId}-${seq}`;
}
