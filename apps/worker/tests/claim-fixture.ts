import { pino } from "pino";
import type { DatabaseHandle } from "@longshore/shared/db/create-database";
import type { JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { createProducer } from "@longshore/shared/queue/create-producer";
import { createFlowMeter } from "@longshore/shared/status/flow-meter";
import { createTestDatabase } from "@longshore/shared/testing/create-test-database";
import { createTestRedis } from "@longshore/shared/testing/create-test-redis";
import { createWorkerMetrics } from "../src/metrics/create-worker-metrics.ts";
import { createClaimJobs, isHeld } from "../src/runtime/claim-jobs.ts";
import type { ClaimedJob } from "../src/runtime/claim-rows.ts";
import { createSettleJobs, type Outcome } from "../src/runtime/settle-jobs.ts";
import { newJob } from "./stage.ts";

export type ClaimFixture = Awaited<ReturnType<typeof createClaimFixture>>;

/** What a worker does to a job before and after its run, without a queue: claims and settlements, over a database. */
export async function createClaimFixture() {
  const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const { db } = database;
  const metrics = createWorkerMetrics();
  const log = pino({ level: "silent" });
  const producer = createProducer(redis.commands, redis.namespace);
  const flow = createFlowMeter(redis.commands, redis.namespace);
  const ring = () => {};

  const createClaim = (of: Pick<DatabaseHandle, "db">) => createClaimJobs({ db: of.db, ring, flow, metrics });
  const createSettle = (of: Pick<DatabaseHandle, "db">) =>
    createSettleJobs({ db: of.db, ring, producer, flow, metrics, log });
  const claimAll = createClaim(database);
  const settleOne = createSettle(database);

  const read = (jobId: string): Promise<JobRow> =>
    db.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow();

  async function claim(jobId: string, entry = `${jobId}-0`): Promise<ClaimedJob | undefined> {
    const [job] = await claimAll([{ jobId, entry }]);
    if (job === isHeld) throw new Error("held");
    return job;
  }

  return {
    database,
    redis,
    producer,
    metrics,
    log,
    createClaim,
    createSettle,
    claimAll,
    claim,
    read,
    /** Commits a job of the kind `test`, and answers its id. */
    async submit(changes: Partial<NewJobRow> = {}): Promise<string> {
      const job = newJob({ kind: "test", payload: JSON.stringify({ n: 21 }), ...changes });
      await db.insertInto("jobs").values(job).execute();
      return job.id;
    },
    async claimed(jobId: string, entry?: string): Promise<ClaimedJob> {
      const job = await claim(jobId, entry);
      if (!job) throw new Error("not claimed");
      return job;
    },
    async settle({ id: jobId, kind, delivery }: ClaimedJob, outcome: Outcome): Promise<JobRow> {
      await settleOne({ jobId, kind, delivery, outcome });
      return read(jobId);
    },
    /** Somebody wants the job cancelled. */
    cancelling: (jobId: string) =>
      db.updateTable("jobs").set({ state: "cancelling" }).where("id", "=", jobId).execute(),
    async close() {
      await producer.close();
      await Promise.all([database.close(), redis.close()]);
    },
  };
}
