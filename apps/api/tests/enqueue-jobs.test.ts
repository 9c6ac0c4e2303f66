import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assignEntries } from "@longshore/shared/jobs/assign-entries";
import { toJobRow } from "@longshore/shared/jobs/to-job-row";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { createProducer } from "@longshore/shared/queue/create-producer";
import { createTestRedis, type TestRedis } from "@longshore/shared/testing/create-test-redis";
import { createEnqueuer } from "../src/services/enqueue-jobs.ts";

let redis: TestRedis;
beforeAll(async () => {
  redis = await createTestRedis();
});
afterAll(() => redis.close());

/** Jobs that were committed, each of a priority of its own and so in an entry of its own. */
function commit(count: number) {
  const submission = { kind: "sleep", payload: { durationMs: 1 } } as const;
  const origin = { tenant: "default", requestId: null };
  const jobs = Array.from({ length: count }, (_, n) => toJobRow({ ...submission, options: { priority: n } }, origin));
  assignEntries(jobs);
  return jobs.map((job) => ({ job, deduplicated: false }));
}

function createFixture(connection: Parameters<typeof createProducer>[0]) {
  const counted: number[] = [];
  const lines: { msg: string; jobs: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const producer = createProducer(connection, redis.namespace);
  const flow = { countIn: (jobs: readonly unknown[]) => void counted.push(jobs.length) };
  return { ...createEnqueuer({ producer, flow, log }), counted, lines };
}

describe("jobs that are enqueued", () => {
  it("are all in the queue when it is idle", async () => {
    const { enqueueJobs, idle, counted } = createFixture(redis.commands);
    const insertions = commit(50);
    for (const insertion of insertions) enqueueJobs([insertion]);
    expect(counted).toEqual(insertions.map(() => 1));
    await idle();

    const other = createProducer(redis.blocking, redis.namespace);
    const entries = insertions.map(({ job }) => job.entry!);
    expect(await other.knows("sleep", entries)).toEqual(entries.map(() => true));
  });

  it("are left to the reconciler while Redis is away, which is said", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    const { enqueueJobs, idle, lines } = createFixture(away);
    enqueueJobs(commit(3));
    await idle();
    away.disconnect();
    expect(lines).toMatchObject([
      {
        msg: "the queue is away: the reconciler will enqueue these jobs",
        jobs: 3,
        err: { message: expect.any(String) },
      },
    ]);
  });

  it("are none of those that gave way to an older one", async () => {
    const { enqueueJobs, idle, counted } = createFixture(redis.commands);
    const [insertion] = commit(1);
    enqueueJobs([{ ...insertion!, deduplicated: true }]);
    await idle();
    expect(counted).toEqual([0]);
    const other = createProducer(redis.blocking, redis.namespace);
    expect(await other.knows("sleep", [insertion!.job.entry!])).toEqual([false]);
  });
});
