import type { Logger } from "@longshore/shared/logger";
import type { Tracing } from "@longshore/shared/tracing/tracing";
import { traceIdOf } from "@longshore/shared/tracing/trace-id-of";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import type { ClaimedChunk } from "./claim-chunk.ts";
import { ImportOver, type SettledChunk } from "./settle-chunk.ts";

/** Deals with a claimed chunk by `work`, and looks on. */
export type WatchChunk = (
  chunk: ClaimedChunk,
  work: () => Promise<SettledChunk | undefined>,
) => Promise<SettledChunk | undefined>;

export type WatchChunksDeps = { metrics: WorkerMetrics; tracing: Tracing; log: Logger };

/** Tells the log, the metrics and the trace of each chunk what was committed, or what kept it from that. */
export function watchChunks({ metrics, tracing, log }: WatchChunksDeps): WatchChunk {
  return async function watchChunk(chunk, work) {
    const { jobId, seq, dataset, requestId, dryRun } = chunk;
    const attributes = { "longshore.job.id": jobId, "longshore.chunk": seq, "longshore.dataset": dataset };
    const span = tracing.start("apply chunk", { kind: "consumer", parent: chunk.traceparent, attributes });
    const start = performance.now();

    function tell(outcome: string, settled?: SettledChunk, error?: Error): void {
      const durationMs = performance.now() - start;
      const rows = settled?.rows;
      metrics.chunkSeconds.observe({ dataset, outcome }, durationMs / 1_000);
      for (const [result, count] of Object.entries((!dryRun && rows) || {}))
        metrics.rows.inc({ dataset, outcome: result }, count);

      const ids = { jobId, seq, requestId, traceId: traceIdOf(span.traceparent) };
      const line = { ...ids, dataset, outcome, ...rows, durationMs: Math.round(durationMs) };
      if (error === undefined) log.info(line, "chunk settled");
      else log.warn({ ...line, err: error }, "chunk failed");
      span.end({ attributes: { "longshore.outcome": outcome, ...rows }, failure: error?.message });
    }

    try {
      const settled = await tracing.within(span, work);
      if (settled && !settled.rows) metrics.poisoned.inc({ kind: settled.job.kind });
      tell(settled ? (settled.rows ? "applied" : "given_up") : "not_needed", settled);
      return settled;
    } catch (error) {
      if (error instanceof ImportOver) tell("not_needed");
      else tell("failed", undefined, error as Error);
      throw error;
    }
  };
}
