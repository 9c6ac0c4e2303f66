import type { Express } from "express";
import { sql } from "kysely";
import { Registry } from "prom-client";
import type { Db } from "@longshore/shared/db/create-database";
import { toUnavailable } from "@longshore/shared/db/sql-error";
import type { Logger } from "@longshore/shared/logger";
import { countFlow } from "@longshore/shared/metrics/count-flow";
import { createAddressRule } from "@longshore/shared/net/address-rule";
import { checkRedis } from "@longshore/shared/queue/check-redis";
import { createProducer } from "@longshore/shared/queue/create-producer";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { createFlowMeter } from "@longshore/shared/status/flow-meter";
import { createWorkerBoard } from "@longshore/shared/status/worker-board";
import type { Tracing } from "@longshore/shared/tracing/tracing";
import { createAuth, type AuthOptions } from "./create-auth.ts";
import { createOperatingRoutes } from "./create-operating.ts";
import { createUsers, type UserCacheOptions } from "./create-users.ts";
import { createWatching } from "./create-watching.ts";
import { describeService } from "./describe-service.ts";
import { createHttpApp } from "./http/create-http-app.ts";
import { limitRate, type RateLimits } from "./http/limits/limit-rate.ts";
import { measureRequests } from "./metrics/measure-requests.ts";
import { watchQueues } from "./metrics/watch-queues.ts";
import { watchService } from "./metrics/watch-service.ts";
import { createDatasetRoutes } from "./routes/datasets.ts";
import { createImportRoutes } from "./routes/imports.ts";
import { createJobDeliveriesRoutes } from "./routes/job-deliveries.ts";
import { createJobRoutes } from "./routes/jobs.ts";
import { createKindRoutes } from "./routes/kinds.ts";
import { createMetricsRoutes } from "./routes/metrics.ts";
import { createSubmitRoutes } from "./routes/submit-jobs.ts";
import { createSystemRoutes } from "./routes/system.ts";
import { createAdmitUpload } from "./services/admit-upload.ts";
import { createCheckJob } from "./services/check-job.ts";
import { createCheckWebhook } from "./services/check-webhook.ts";
import { createCancelJob } from "./services/cancel-job.ts";
import { countWaiting } from "./services/count-waiting.ts";
import { createDropEntry } from "./services/drop-entry.ts";
import { createEnqueuer } from "./services/enqueue-jobs.ts";
import { keepBriefly } from "./services/keep-briefly.ts";
import { createListJobs } from "./services/list-jobs.ts";
import { createLookAtJob } from "./services/look-at-job.ts";
import { createRetryJob } from "./services/retry-job.ts";
import { createReadDeliveries } from "./services/read-deliveries.ts";
import { createReadRejects } from "./services/read-rejects.ts";
import { createReadRows } from "./services/read-rows.ts";
import { createReceiveImport, type ImportLimits } from "./services/receive-import.ts";
import { createSubmitBatch } from "./services/submit-batch.ts";
import { createSubmitJob } from "./services/submit-job.ts";

export type AppDeps = {
  db: Db;
  /** A connection for short commands: it must not queue them while Redis is away. */
  redis: RedisClient;
  log: Logger;
  /** Where what is counted is kept, for `/metrics`. */
  registry?: Registry;
  tracing?: Tracing | undefined;
};

export type AppOptions = {
  namespace: string;
  version: string;
  importLimits: ImportLimits;
  rateLimits: RateLimits;
  auth: Omit<AuthOptions, "namespace">;
  /** The names under which this process answers; none for any. */
  allowedHosts: readonly string[];
  /** Whose `X-Forwarded-For` is believed: so many proxies in front, or those at these addresses. */
  trustProxy: number | readonly string[];
  userCache: UserCacheOptions;
  /** How many event streams and WebSockets this process keeps open at most. */
  maxStreams: number;
  /** Collects garbage now; V8 would wait as long as there is enough memory. */
  collectGarbage?: (() => void) | undefined;
  /** Collects it and gives all memory back to the system that can be spared. */
  shrinkHeap?: (() => void) | undefined;
  /** Which addresses webhooks may have although they are not public, as CIDR ranges. */
  allowPrivate: readonly string[];
  /** Whether the workers have a secret to sign webhooks with; without one none is accepted. */
  canSign: boolean;
  isDraining: () => boolean;
};

export type App = {
  express: Express;
  /** Answers whoever waits for a job and ends the streams, before the server is closed. */
  leave(): void;
  close(): Promise<void>;
};

/** Composes the API: services over their dependencies, routes over services. Opens no port and reads no environment. */
export function createApp({ db, redis, log, registry = new Registry(), tracing }: AppDeps, options: AppOptions): App {
  const producer = createProducer(redis, options.namespace);
  const board = createStatusBoard(redis, options.namespace, (error) =>
    log.warn({ err: error }, "the status board is away"),
  );

  const flow = countFlow(registry, createFlowMeter(redis, options.namespace));
  const workers = createWorkerBoard(redis, options.namespace);
  const uploads = createAdmitUpload(db, options.importLimits);
  const readWaiting = keepBriefly(() => countWaiting(db));
  const auth = createAuth({ db, redis, log }, { ...options.auth, namespace: options.namespace });
  const watching = createWatching({ db, redis, board, isKeyValid: auth.keys.isValid, log }, options);

  const isAllowed = createAddressRule(options.allowPrivate);
  const checkWebhook = createCheckWebhook({ canSign: options.canSign, isAllowed });
  const checkJob = createCheckJob({ checkWebhook, isAllowed });
  const { enqueueJobs, idle } = createEnqueuer({ producer, flow, log });

  const submitJob = createSubmitJob({ db, enqueueJobs, checkJob });

  const routes = [
    ...createImportRoutes({
      receiveImport: createReceiveImport({
        db,
        producer,
        flow,
        uploads,
        limits: options.importLimits,
        checkWebhook,
        collectGarbage: options.collectGarbage,
      }),
      readRejects: createReadRejects(db),
    }),
    ...createSubmitRoutes({
      submitJob,
      submitBatch: createSubmitBatch({ db, enqueueJobs, checkJob }),
    }),
    ...createJobRoutes({
      listJobs: createListJobs({ db, lookAtJob: createLookAtJob(db, board) }),
      cancelJob: createCancelJob({ db, board, flow, dropEntry: createDropEntry({ db, producer, log }) }),
      retryJob: createRetryJob({ db, board, producer }),
    }),
    ...watching.routes,
    ...createOperatingRoutes({ db, producer, flow, checkJob, workers, readWaiting }),
    ...createJobDeliveriesRoutes({ readDeliveries: createReadDeliveries(db) }),
    ...createUsers({ db, redis, log, submitJob }, { ...options, cache: options.userCache }),
    ...createDatasetRoutes({ readRows: createReadRows(db) }),
    ...createKindRoutes(),
    ...createMetricsRoutes(registry),
    ...createSystemRoutes({
      checks: { postgres: async () => void (await sql`select 1`.execute(db)) },
      // Without Redis a request is still accepted; the reconciler enqueues it later.
      optionalChecks: { redis: () => checkRedis(redis) },
      isDraining: options.isDraining,
    }),
  ];

  watchQueues(registry, { db, readWaiting });
  watchService(registry, { db, workers, countStreams: watching.countStreams, countUploads: uploads.count });

  const express = createHttpApp({
    routes,
    log,
    info: describeService(options.version),
    translateError: toUnavailable,
    tracing,
    observers: [measureRequests(registry)],
    allowedHosts: options.allowedHosts,
    trustProxy: options.trustProxy,
    guards: [auth.guard, limitRate({ redis, namespace: options.namespace }, options.rateLimits)],
  });
  return {
    express,
    leave: watching.leave,
    async close() {
      watching.close();
      await idle();
      await flow.flush();
      await producer.close();
    },
  };
}
