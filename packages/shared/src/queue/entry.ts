import { importQueue } from "./names.ts";

/**
 * What Redis holds of the work: references only. A jobs entry is an envelope of jobs of one kind; a chunk entry names a
 * chunk of an import. The id is chosen before the entry is added, so adding it twice adds it once.
 */
export type JobsEntry = Scheduling & { id: string; queue: string; data: JobsEntryData };
export type ChunkEntry = Scheduling & { id: string; queue: string; data: ChunkEntryData };
export type Entry = JobsEntry | ChunkEntry;

type Scheduling = {
  delayMs?: number;
  /** 0, the default, goes first; of the others the lower number. */
  priority?: number;
  /** Goes before all that wait, if it has no priority. Of several the last one added is the first. */
  first?: boolean;
};

export type JobsEntryData = { jobs: string[] };
export type ChunkEntryData = { jobId: string; seq: number };

/**
 * The entry of a chunk, with the same id however often it is made. BullMQ allows no colon in an id and no bare number. An
 * import's first chunk, the only one of a small import, goes before the later ones of all.
 */
export function chunkEntry({ jobId, seq }: ChunkEntryData): ChunkEntry {
  return { id: `${jobId}-${seq}`, queue: importQueue, data: { jobId, seq }, priority: seq === 0 ? 0 : 1 };
}
