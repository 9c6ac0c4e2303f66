import { pino } from "pino";
import type { Registry } from "prom-client";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import type { TestDatabase } from "@longshore/shared/testing/create-test-database";
import type { TestRedis } from "@longshore/shared/testing/create-test-redis";
import { createWorker, type RunningWorker, type WorkerOptions } from "../src/worker.ts";

export type TestServices = { database: TestDatabase; redis: TestRedis; producer: Producer; registry?: Registry };

/** A worker over these, which logs nothing, never looks for what is lost, and waits for nothing when it is told to stop. */
export function createTestWorker(
  { database, redis, producer, registry }: TestServices,
  options: Partial<WorkerOptions> = {},
): RunningWorker {
  return createWorker(
    {
      database,
      redis: redis.blocking,
      commands: redis.commands,
      producer,
      board: createStatusBoard(redis.commands, redis.namespace, () => {}),
      log: pino({ level: "silent" }),
      ...(registry && { registry }),
    },
    {
      namespace: redis.namespace,
      version: "0.0.0",
      importConcurrency: 2,
      lockDurationMs: 2_000,
      maxDeliveries: 10,
      drainMs: 0,
      reconciler: { intervalMs: 60_000, graceMs: 0, unsealedMs: 60_000 },
      ...options,
    },
  );
}
