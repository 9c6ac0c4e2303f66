import { setTimeout } from "node:timers/promises";
import type { Db, DatabaseHandle } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import { createRowCache } from "@longshore/shared/cache/create-row-cache";
import { createAddressRule } from "@longshore/shared/net/address-rule";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { countFlow } from "@longshore/shared/metrics/count-flow";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { createFlowMeter } from "@longshore/shared/status/flow-meter";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { createWorkerBoard } from "@longshore/shared/status/worker-board";
import { passTraces } from "@longshore/shared/tracing/pass-traces";
import type { Tracing } from "@longshore/shared/tracing/tracing";
import type { Registry } from "prom-client";
import { consumeChunks } from "./imports/consume-chunks.ts";
import { createKinds, type WorkerKind } from "./jobs/create-kinds.ts";
import { createWorkerMetrics } from "./metrics/create-worker-metrics.ts";
import { watchSlots } from "./metrics/watch-slots.ts";
import { createGuardedAgent, type Resolve } from "./net/guarded-agent.ts";
import { createGuardedFetch } from "./net/guarded-fetch.ts";
import { startAnnouncer } from "./runtime/announce-ends.ts";
import { announceWorker } from "./runtime/announce-worker.ts";
import { createClaimJobs } from "./runtime/claim-jobs.ts";
import { consumeJobs } from "./runtime/consume-jobs.ts";
import { startExpirer } from "./runtime/end-expired.ts";
import { startFiring } from "./runtime/fire-schedules.ts";
import { gatherRings } from "./runtime/gather-rings.ts";
import { createHandBack } from "./runtime/hand-back.ts";
import { createJobLogs } from "./runtime/job-log.ts";
import { startReconciler, type ReconcilerOptions } from "./runtime/reconciler.ts";
import type { Run } from "./runtime/run.ts";
import { startRemoving, type Retention } from "./runtime/remove-old.ts";
import { createSettleJobs } from "./runtime/settle-jobs.ts";
import { startStopper } from "./runtime/stop-cancelled.ts";
import { watchLimits } from "./runtime/watch-limits.ts";
import { handleInThreads } from "./threads/handle-in-threads.ts";

export type WorkerDeps = {
  database: Pick<DatabaseHandle, "db" | "pool">;
  /** Connections of their own for claims and settlements, which handlers cannot use up. Those of `database` unless given. */
  jobsDb?: Db;
  /** The connection that BullMQ may block on. */
  redis: RedisClient;
  /** A connection for short commands: it must not queue them while Redis is away. */
  commands: RedisClient;
  producer: Producer;
  board: StatusBoard;
  log: Logger;
  /** Where what is counted is kept; nowhere that anybody looks unless given. */
  registry?: Registry;
  tracing?: Tracing;
};

export type WorkerOptions = {
  namespace: string;
  version: string;
  importConcurrency: number;
  /** Slots by kind, instead of what its contract says. */
  kindConcurrency?: Readonly<Record<string, number>>;
  lockDurationMs: number;
  maxDeliveries: number;
  /** How long running handlers may go on after `close` before they are handed back. */
  drainMs: number;
  reconciler: ReconcilerOptions;
  /** How long what is over is kept; for ever unless given. */
  retention?: Retention;
  /** What handlers may call although it is not public, as CIDR ranges; nothing unless given. */
  allowPrivate?: readonly string[];
  /** Finds the addresses of hosts that handlers call; the system does unless given. */
  resolve?: Resolve;
  /** What webhooks are signed with. */
  webhookSecrets?: readonly string[];
  /** The kinds to serve, and what their threads run; all that there are unless given. */
  kinds?: readonly WorkerKind[];
  threadFile?: URL;
};

export type RunningWorker = {
  isFetching(): boolean;
  /** Stops fetching, and resolves when nothing runs any more or `drainMs` are over. */
  drain(): Promise<void>;
  /** Drains, hands back what still runs, and resolves when nothing does any more. */
  close(): Promise<void>;
};

/** A worker: one consumer for import chunks, one for each kind, and its turn at what must be done now and then. */
export function createWorker(deps: WorkerDeps, options: WorkerOptions): RunningWorker {
  const { database, redis, commands, producer, board, log } = deps;
  const { db } = database;
  const { jobsDb = db, tracing = passTraces } = deps;
  const { namespace, version, lockDurationMs, maxDeliveries, drainMs } = options;
  const { allowPrivate, webhookSecrets = [], resolve } = options;
  const shutdown = new AbortController();
  const runs = new Set<Run>();
  const agent = createGuardedAgent({ isAllowed: createAddressRule(allowPrivate), ...(resolve && { resolve }) });
  const metrics = createWorkerMetrics(deps.registry);
  const flow = countFlow(metrics.registry, createFlowMeter(commands, namespace));
  const ring = gatherRings(board);
  const onCacheError = (error: unknown) => log.warn({ err: error }, "the cache is away");
  const userCache = createRowCache({ db, redis: commands, onError: onCacheError }, { namespace, cache: "users" });
  const fences = { users: userCache.fence };
  const limits = watchLimits({ db, producer, log });
  const threads = handleInThreads(
    options.kinds ??
      createKinds({
        webhookSecrets,
        countWebhook: (result) => metrics.webhookCalls.inc({ result }),
        concurrency: options.kindConcurrency,
      }),
    { file: options.threadFile, log },
  );
  const jobs = {
    db,
    board,
    log,
    plainLog: log.child({}, { redact: [] }),
    metrics,
    tracing,
    openLog: createJobLogs({ db, board, log }),
    fetch: createGuardedFetch(agent),
    runs,
    shutdown: shutdown.signal,
    maxDeliveries,
    queues: { redis, namespace, lockDurationMs, metrics, log },
    claim: createClaimJobs({ db: jobsDb, ring, flow, metrics }),
    settle: createSettleJobs({ db: jobsDb, ring, producer, flow, metrics, log }),
    handBack: createHandBack({ db: jobsDb, producer, metrics, log }),
    limits,
  };

  const consumers = [
    consumeChunks({ ...jobs, database, producer, flow, fences, concurrency: options.importConcurrency }),
    ...threads.kinds.map((kind) => consumeJobs(jobs, kind)),
  ];
  watchSlots(metrics.registry, consumers);
  const stopper = startStopper({ db: jobsDb, runs, log });
  const tickers = [
    startReconciler({ db, commands, namespace, producer, metrics, log }, options.reconciler),
    startAnnouncer({ db, producer, flow, log }),
    startExpirer({ db, board, flow, log }),
    startFiring({ db, producer, flow, metrics, tracing, log }),
    startRemoving(db, log, options.retention ?? { jobsMs: 0, idempotencyKeysMs: 0 }),
    announceWorker({ workers: createWorkerBoard(commands, namespace), version, consumers, log }),
    limits,
  ];

  let ended: Promise<unknown> | undefined;

  async function drain(): Promise<void> {
    ended ??= Promise.all(consumers.map((consumer) => consumer.close()));
    await Promise.race([ended, setTimeout(drainMs, undefined, { ref: false })]);
  }

  return {
    isFetching: () => consumers.every((consumer) => consumer.isFetching()),
    drain,
    async close() {
      await drain();
      shutdown.abort();
      for (const run of runs) run.stop("shutdown");
      await Promise.all([ended, ...tickers.map((ticker) => ticker.close())]);
      await Promise.all([stopper.close(), threads.close(), flow.flush(), agent.destroy()]);
    },
  };
}
