import type { Worker } from "bullmq";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry, type ChunkEntryData } from "@longshore/shared/queue/entry";
import { importQueue } from "@longshore/shared/queue/names";
import { toJobView } from "@longshore/shared/status/job-view";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { createQueueWorker, type QueueWorkerOptions } from "../runtime/queue-worker.ts";
import { runChunk, type ChunkDatabase, type RunChunkOptions } from "./run-chunk.ts";
import type { SettledChunk } from "./settle-chunk.ts";

export type ConsumeChunksDeps = {
  database: ChunkDatabase;
  board: StatusBoard;
  log: Logger;
  producer: Producer;
  queues: Omit<QueueWorkerOptions, "queue" | "concurrency">;
  /** How many chunks this process applies at once. */
  concurrency: number;
} & RunChunkOptions;

/** Consumes the queue of import chunks. Each finished chunk releases its import's next one, so all imports get their turn. */
export function consumeChunks(deps: ConsumeChunksDeps): Worker<ChunkEntryData, void> {
  const { database, board, log, producer } = deps;

  async function releaseNext({ imported }: SettledChunk, finished: number): Promise<void> {
    const next = finished + imported.release_window;
    if (next >= imported.chunks_total) return;
    const data = { jobId: imported.job_id, seq: next };
    await producer.enqueue([chunkEntry(data)]).catch((error: unknown) => {
      log.warn({ err: error, ...data }, "the queue is away: the reconciler will enqueue this chunk");
    });
  }

  return createQueueWorker<ChunkEntryData>(
    { ...deps.queues, queue: importQueue, concurrency: deps.concurrency },
    async (entry) => {
      const start = performance.now();
      const settled = await runChunk(database, entry.data, deps);
      if (!settled) return;
      await releaseNext(settled, entry.data.seq);
      const { job, imported } = settled;
      await board.publish({ view: toJobView(job, imported), revision: job.revision + imported.chunks_done });
      log.info(
        { ...entry.data, requestId: job.request_id, durationMs: Math.round(performance.now() - start) },
        "chunk settled",
      );
    },
  );
}
