import { z } from "zod";
import type { JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { defineJob } from "@longshore/shared/jobs/define-job";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import type { JobState } from "@longshore/shared/status/job-state";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { JobHandler } from "../src/jobs/define-handler.ts";
import type { RunningWorker, WorkerOptions } from "../src/worker.ts";
import { createTestWorker } from "./create-test-worker.ts";
import { newJob } from "./stage.ts";

/** A kind for tests: takes any object, and answers one. */
export const testContract = defineJob({
  kind: "test",
  summary: "",
  payload: z.looseObject({}),
  result: z.looseObject({}),
  attempts: 3,
  timeoutMs: 10_000,
  concurrency: 10,
  backoff: { baseMs: 20, maxMs: 50 },
  example: {},
});

export type TestHandler = JobHandler<typeof testContract>;

/** The kind `test` with a handler, and what else a test wants it to be. */
export function testKind(handler: TestHandler, changes: Partial<typeof testContract> = {}) {
  return { contract: { ...testContract, ...changes }, handler: handler as JobHandler };
}

export type WorkerFixture = {
  database: TestDatabase;
  redis: TestRedis;
  producer: Producer;
  startWorker(options?: Partial<WorkerOptions>): RunningWorker;
  /** Commits jobs without a word to the queue. */
  insert(...jobs: Partial<NewJobRow>[]): Promise<JobRow[]>;
  /** Commits jobs of the kind `test` and enqueues them; those with the same `entry` go into one envelope. */
  submit(...jobs: Partial<NewJobRow>[]): Promise<JobRow[]>;
  read(jobId: string): Promise<JobRow>;
  untilState(jobId: string, state: JobState, withinMs?: number): Promise<JobRow>;
  /** Resolves when all jobs are over, to how many are in each state. */
  untilAllOver(withinMs?: number): Promise<Partial<Record<JobState, number>>>;
  /** Closes the workers, and removes all jobs. */
  reset(): Promise<void>;
  close(): Promise<void>;
};

/** A database and a Redis namespace, and as many workers over them as a test likes. */
export async function createWorkerFixture(): Promise<WorkerFixture> {
  const [database, redis] = await Promise.all([createTestDatabase({ max: 20 }), createTestRedis()]);
  const { db } = database;
  const producer = createProducer(redis.commands, redis.namespace);
  const workers: RunningWorker[] = [];

  async function insert(...jobs: Partial<NewJobRow>[]): Promise<JobRow[]> {
    const rows = jobs.map((job) => newJob({ kind: "test", payload: "{}", ...job }));
    const inserted = await db.insertInto("jobs").values(rows).returningAll().execute();
    return rows.map(({ id }) => inserted.find((job) => job.id === id)!);
  }

  const read = (jobId: string) => db.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();

  return {
    database,
    redis,
    producer,
    startWorker(options = {}) {
      const worker = createTestWorker({ database, redis, producer }, options);
      workers.push(worker);
      return worker;
    },
    insert,
    async submit(...jobs) {
      const inserted = await insert(...jobs);
      await producer.enqueue(toEntries(inserted));
      return inserted;
    },
    read,
    untilState: (jobId, state, withinMs) =>
      waitFor(
        `${jobId} to be ${state}`,
        async () => {
          const job = await read(jobId);
          return job.state === state && job;
        },
        withinMs,
      ),
    untilAllOver: (withinMs) =>
      waitFor(
        "all jobs to be over",
        async () => {
          const rows = await db
            .selectFrom("jobs")
            .select(["outcome", ({ fn }) => fn.countAll<number>().as("jobs")])
            .groupBy("outcome")
            .execute();
          return rows.every(({ outcome }) => outcome) && Object.fromEntries(rows.map((row) => [row.outcome, row.jobs]));
        },
        withinMs,
      ),
    async reset() {
      await Promise.all(workers.splice(0).map((worker) => worker.close()));
      await redis.wipe();
      await db.deleteFrom("jobs").execute();
    },
    async close() {
      await Promise.all(workers.splice(0).map((worker) => worker.close()));
      await producer.close();
      await Promise.all([database.close(), redis.close()]);
    },
  };
}
