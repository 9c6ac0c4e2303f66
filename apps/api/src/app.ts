import type { Express } from "express";
import type { Redis } from "ioredis";
import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { toUnavailable } from "@longshore/shared/db/sql-error";
import type { Logger } from "@longshore/shared/logger";
import { checkRedis } from "@longshore/shared/queue/check-redis";
import { createProducer } from "@longshore/shared/queue/create-producer";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import { createHttpApp } from "./http/create-http-app.ts";
import { createDatasetRoutes } from "./routes/datasets.ts";
import { createImportRoutes } from "./routes/imports.ts";
import { createJobRoutes } from "./routes/jobs.ts";
import { createKindRoutes } from "./routes/kinds.ts";
import { createSystemRoutes } from "./routes/system.ts";
import { createCancelJob } from "./services/cancel-job.ts";
import { createRetryJob } from "./services/retry-job.ts";
import { createGetJob } from "./services/get-job.ts";
import { createReadRejects } from "./services/read-rejects.ts";
import { createReadRows } from "./services/read-rows.ts";
import { createReceiveImport, type ImportLimits } from "./services/receive-import.ts";
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
  isDraining: () => boolean;
};

export type App = { express: Express; close(): Promise<void> };

/** Composes the API: services over their dependencies, routes over services. Opens no port and reads no environment. */
export function createApp({ db, redis, log }: AppDeps, options: AppOptions): App {
  const producer = createProducer(redis, options.namespace);
  const board = createStatusBoard(redis, options.namespace, (error) =>
    log.warn({ err: error }, "the status board is away"),
  );

  const routes = [
    ...createImportRoutes({
      receiveImport: createReceiveImport({ db, producer, board, limits: options.importLimits }),
      readRejects: createReadRejects(db),
    }),
    ...createJobRoutes({
      submitJob: createSubmitJob({ db, producer }),
      getJob: createGetJob({ db, board, log }),
      cancelJob: createCancelJob({ db, board }),
      retryJob: createRetryJob({ db, board, producer }),
    }),
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
  return { express, close: () => producer.close() };
}
