import { setTimeout } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { DatabaseHandle } from "@longshore/shared/db/create-database";
import { jobKinds } from "@longshore/shared/jobs/contracts";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { consumeChunks } from "./imports/consume-chunks.ts";
import { handlers } from "./jobs/handlers.ts";
import type { JobHandler } from "./jobs/define-handler.ts";
import { createClaimJobs } from "./runtime/claim-jobs.ts";
import { consumeJobs } from "./runtime/consume-jobs.ts";
import { startReconciler, type ReconcilerOptions } from "./runtime/reconciler.ts";
import { createSettleJobs } from "./runtime/settle-jobs.ts";

export type WorkerDeps = {
  database: Pick<DatabaseHandle, "db" | "pool">;
  /** The connection that BullMQ may block on. */
  redis: Redis;
  producer: Producer;
  board: StatusBoard;
  log: Logger;
};

export type WorkerOptions = {
  namespace: string;
  importConcurrency: number;
  lockDurationMs: number;
  maxDeliveries: number;
  /** How long running handlers may go on after `close` before they are handed back. */
  drainMs: number;
  reconciler: ReconcilerOptions;
};

export type RunningWorker = {
  isFetching(): boolean;
  /** Stops fetching, lets what runs end or hands it back, and resolves when nothing runs any more. */
  close(): Promise<void>;
};

/** A worker: one consumer for import chunks, one for each kind, and its turn at reconciling. */
export function createWorker(deps: WorkerDeps, options: WorkerOptions): RunningWorker {
  const { database, redis, producer, board, log } = deps;
  const { db } = database;
  const { namespace, lockDurationMs, maxDeliveries } = options;
  const shutdown = new AbortController();
  const shared = {
    db,
    database,
    board,
    log,
    producer,
    maxDeliveries,
    queues: { redis, namespace, lockDurationMs, log },
  };
  const jobs = { ...shared, claim: createClaimJobs(db), settle: createSettleJobs(db), shutdown: shutdown.signal };

  const consumers = [
    consumeChunks({ ...shared, concurrency: options.importConcurrency }),
    ...jobKinds.map((kind) => consumeJobs(jobs, kind, handlers[kind] as JobHandler)),
  ];
  const reconciler = startReconciler(db, producer, log, options.reconciler);

  return {
    isFetching: () => consumers.every((consumer) => consumer.isRunning() && !consumer.isPaused()),
    async close() {
      const ended = Promise.all(consumers.map((consumer) => consumer.close()));
      await Promise.race([ended, setTimeout(options.drainMs, undefined, { ref: false })]);
      shutdown.abort(new Error("the worker is shutting down"));
      await Promise.all([ended, reconciler.close()]);
    },
  };
}
