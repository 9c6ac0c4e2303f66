import type { JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import { createProducer, type Producer } from "@longshore/shared/queue/create-producer";
import { isTerminal } from "@longshore/shared/status/job-state";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis } from "@longshore/shared/testing/create-test-redis";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { WorkerOptions } from "../src/worker.ts";
import { createTestWorker } from "./create-test-worker.ts";
import { newJob } from "./stage.ts";

export type TestWorker = {
  database: TestDatabase;
  producer: Producer;
  /** Submits a job and answers it when it is over. */
  run(kind: string, payload: unknown, changes?: Partial<NewJobRow>): Promise<JobRow>;
  submit(kind: string, payload: unknown, changes?: Partial<NewJobRow>): Promise<JobRow>;
  untilOver(jobId: string): Promise<JobRow>;
  close(): Promise<void>;
};

/** A worker over a database and a Redis namespace of its own. */
export async function startTestWorker(options: Partial<WorkerOptions> = {}): Promise<TestWorker> {
  const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const { db } = database;
  const producer = createProducer(redis.commands, redis.namespace);
  const worker = createTestWorker({ database, redis, producer }, options);

  async function submit(kind: string, payload: unknown, changes: Partial<NewJobRow> = {}): Promise<JobRow> {
    const row = newJob({ kind, payload: JSON.stringify(payload), ...changes });
    const job = await db.insertInto("jobs").values(row).returningAll().executeTakeFirstOrThrow();
    await producer.enqueue(toEntries([job]));
    return job;
  }

  function untilOver(jobId: string): Promise<JobRow> {
    return waitFor(`${jobId} to be over`, async () => {
      const job = await db.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();
      return isTerminal(job.state) && job;
    });
  }

  return {
    database,
    producer,
    submit,
    untilOver,
    run: async (kind, payload, changes) => untilOver((await submit(kind, payload, changes)).id),
    async close() {
      await worker.close();
      await producer.close();
      await Promise.all([database.close(), redis.close()]);
    },
  };
}
