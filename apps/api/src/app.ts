import type { Express } from "express";
import type { Redis } from "ioredis";
import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { toUnavailable } from "@longshore/shared/db/sql-error";
import type { Logger } from "@longshore/shared/logger";
import { createAddressRule } from "@longshore/shared/net/address-rule";
import { checkRedis } from "@longshore/shared/queue/check-redis";
import { createProducer } from "@longshore/shared/queue/create-producer";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { createFlowMeter } from "@longshore/shared/status/flow-meter";
import { createWorkerBoard } from "@longshore/shared/status/worker-board";
import { createOperatingRoutes } from "./create-operating.ts";
import { createWatching } from "./create-watching.ts";
import { createHttpApp } from "./http/create-http-app.ts";
import { createDatasetRoutes } from "./routes/datasets.ts";
import { createImportRoutes } from "./routes/imports.ts";
import { createJobDeliveriesRoutes } from "./routes/job-deliveries.ts";
import { createJobRoutes } from "./routes/jobs.ts";
import { createKindRoutes } from "./routes/kinds.ts";
import { createSubmitRoutes } from "./routes/submit-jobs.ts";
import { createSystemRoutes } from "./routes/system.ts";
import { createCheckJob } from "./services/check-job.ts";
import { createCheckWebhook } from "./services/check-webhook.ts";
import { createCancelJob } from "./services/cancel-job.ts";
import { createEnqueueJobs } from "./services/enqueue-jobs.ts";
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
  redis: Redis;
  log: Logger;
};

export type AppOptions = {
  namespace: string;
  version: string;
  importLimits: ImportLimits;
  /** How many event streams and WebSockets this process keeps open at most. */
  maxStreams: number;
  /** Gives memory back to the system; V8 would keep it as long as there is enough. */
  collectGarbage?: () => void;
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
export function createApp({ db, redis, log }: AppDeps, options: AppOptions): App {
  const producer = createProducer(redis, options.namespace);
  const board = createStatusBoard(redis, options.namespace, (error) =>
    log.warn({ err: error }, "the status board is away"),
  );

  const flow = createFlowMeter(redis, options.namespace);
  const watching = createWatching({ db, redis, board, log }, options);

  const checkWebhook = createCheckWebhook({
    canSign: options.canSign,
    isAllowed: createAddressRule(options.allowPrivate),
  });
  const checkJob = createCheckJob(checkWebhook);
  const enqueueJobs = createEnqueueJobs({ producer, flow, log });

  const routes = [
    ...createImportRoutes({
      receiveImport: createReceiveImport({ db, producer, flow, limits: options.importLimits, checkWebhook }),
      readRejects: createReadRejects(db),
    }),
    ...createSubmitRoutes({
      submitJob: createSubmitJob({ db, enqueueJobs, checkJob }),
      submitBatch: createSubmitBatch({ db, enqueueJobs, checkJob }),
    }),
    ...createJobRoutes({
      listJobs: createListJobs({ db, lookAtJob: createLookAtJob(db, board) }),
      cancelJob: createCancelJob({ db, board, flow }),
      retryJob: createRetryJob({ db, board, producer }),
    }),
    ...watching.routes,
    ...createOperatingRoutes({ db, producer, flow, checkJob, workers: createWorkerBoard(redis, options.namespace) }),
    ...createJobDeliveriesRoutes({ readDeliveries: createReadDeliveries(db) }),
    ...createDatasetRoutes({ readRows: createReadRows(db) }),
    ...createKindRoutes(),
    ...createSystemRoutes({
      checks: { postgres: async () => void (await sql`select 1`.execute(db)) },
      // Without Redis a request is still accepted; the reconciler enqueues it later.
      optionalChecks: { redis: () => checkRedis(redis) },
      isDraining: options.isDraining,
    }),
  ];

  const express = createHttpApp({
    routes,
    log,
    info: { title: "Longshore", version: options.version },
    translateError: toUnavailable,
  });
  return {
    express,
    leave: watching.leave,
    async close() {
      watching.close();
      await flow.flush();
      await producer.close();
    },
  };
}
