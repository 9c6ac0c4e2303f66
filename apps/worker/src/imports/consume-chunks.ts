import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { chunkEntry, type ChunkEntryData } from "@longshore/shared/queue/entry";
import { importQueue } from "@longshore/shared/queue/names";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { traceIdOf } from "@longshore/shared/tracing/trace-id-of";
import { consumeEntries, type QueueOptions, type SlottedConsumer } from "../runtime/consume-entries.ts";
import { runChunk, type ChunkDatabase, type RunChunkOptions } from "./run-chunk.ts";
import type { SettledChunk } from "./settle-chunk.ts";
import { watchChunks, type WatchChunksDeps } from "./watch-chunks.ts";

export type ConsumeChunksDeps = {
  database: ChunkDatabase;
  board: StatusBoard;
  log: Logger;
  producer: Producer;
  flow: Pick<FlowMeter, "countOut">;
  queues: QueueOptions;
  /** How many chunks this process applies at once. */
  concurrency: number;
} & RunChunkOptions &
  WatchChunksDeps;

/** Consumes the queue of import chunks. Each finished chunk releases its import's next one, so all imports get their turn. */
export function consumeChunks(deps: ConsumeChunksDeps): SlottedConsumer {
  const { database, board, log, producer, flow, concurrency } = deps;
  const watch = watchChunks(deps);
  let used = 0;

  async function apply(data: ChunkEntryData): Promise<void> {
    const settled = await runChunk(database, data, { ...deps, watch });
    if (!settled) return;
    if (settled.job.finished_at) flow.countOut([settled.job]);
    await releaseNext(settled, data.seq);
    await board.ring([data.jobId]);
  }

  async function releaseNext({ job, imported }: SettledChunk, finished: number): Promise<void> {
    const next = finished + imported.release_window;
    if (next >= imported.chunks_total) return;
    const data = { jobId: imported.job_id, seq: next };
    await producer.enqueue([chunkEntry(data)]).catch((error: unknown) => {
      const ids = { requestId: job.request_id, traceId: traceIdOf(job.traceparent) };
      log.warn({ err: error, ...data, ...ids }, "the queue is away: the reconciler will enqueue this chunk");
    });
  }

  const consumer = consumeEntries<ChunkEntryData>({
    ...deps.queues,
    queue: importQueue,
    hasRoom: (coming) => used + coming < concurrency,
    async process({ data }) {
      used += 1;
      try {
        await apply(data);
      } finally {
        used -= 1;
        consumer.wake();
      }
    },
  });

  return {
    ...consumer,
    queue: importQueue,
    slots: concurrency,
    get used() {
      return used;
    },
  };
}
