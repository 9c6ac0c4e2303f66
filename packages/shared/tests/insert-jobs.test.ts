import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobRow } from "../src/db/schema.ts";
import { insertJobs } from "../src/jobs/insert-jobs.ts";
import { toJobRow } from "../src/jobs/to-job-row.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing/create-test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const newJob = (dedupKey?: string): JobRow =>
  toJobRow(
    {
      kind: "sleep",
      payload: { durationMs: 1, text: `O'Hara "\\ \u{1f600}` },
      options: { dedupKey, tags: { 'a"b': "'" }, timeoutMs: 5, priority: 3, delayMs: 60_000 },
    },
    { tenant: "default", requestId: "request", scheduleId: "0199a000-0000-7000-8000-000000000000" },
  );

/** Has each later insert end the pending job of the key, whether or not it inserts any itself. */
async function endAfterEachInsert(dedupKey: string): Promise<void> {
  await sql`create function end_pending() returns trigger language plpgsql as $$
    begin update jobs set state = 'succeeded' where dedup_key = tg_argv[0] and outcome is null; return null; end $$`.execute(
    database.db,
  );
  await sql`create trigger end_pending after insert on jobs execute function end_pending(${sql.lit(dedupKey)})`.execute(
    database.db,
  );
}

const read = (id: string) => database.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();

describe("a job that is inserted", () => {
  it("is in the table as it was made, column by column", async () => {
    const job = newJob("as made");
    expect(await insertJobs(database.db, [job])).toEqual([{ job, deduplicated: false }]);
    expect(await read(job.id)).toEqual(job);
    const plain = toJobRow({ kind: "sleep", payload: {} }, { tenant: "default", requestId: null });
    await insertJobs(database.db, [plain]);
    expect(await read(plain.id)).toEqual(plain);
  });

  it("belongs to a queue entry, and keeps the one that it has", async () => {
    const [fresh, packed] = [newJob(), { ...newJob(), entry: "packed" }];
    await insertJobs(database.db, [fresh, packed]);
    expect((await read(fresh.id))?.entry).toMatch(/^[0-9a-f-]{36}$/);
    expect((await read(packed.id))?.entry).toBe("packed");
  });

  it("can be inserted again, if that is said, and is left as it is", async () => {
    const jobs = [newJob(), newJob("again"), newJob()];
    await insertJobs(database.db, [jobs[0]!, jobs[1]!]);
    await database.db.updateTable("jobs").set({ state: "failed" }).where("id", "=", jobs[1]!.id).execute();
    const insertions = await insertJobs(database.db, jobs, { again: true });
    expect(insertions.map(({ job, deduplicated }) => [job.id, job.state, deduplicated])).toEqual([
      [jobs[0]!.id, "scheduled", false],
      [jobs[1]!.id, "failed", false],
      [jobs[2]!.id, "scheduled", false],
    ]);
    await expect(insertJobs(database.db, [jobs[0]!])).rejects.toMatchObject({ constraint: "jobs_pkey" });
  });

  it("leaves nothing behind when its neighbour is refused", async () => {
    const [good, bad] = [newJob(), { ...newJob(), state: "lost" as JobRow["state"] }];
    await expect(insertJobs(database.db, [good, bad])).rejects.toMatchObject({ constraint: "jobs_state_check" });
    expect(await read(good.id)).toBeUndefined();
  });
});

describe("jobs with the same dedupKey", () => {
  it("of which each ends as soon as it is there are neither refused nor lost", async () => {
    const over = new AbortController();
    async function endAll(): Promise<void> {
      while (!over.signal.aborted) {
        await database.db.updateTable("jobs").set({ state: "succeeded" }).where("dedup_key", "=", "busy").execute();
      }
    }
    const ending = endAll();
    const jobs = Array.from({ length: 200 }, () => newJob("busy"));
    const inserting = Promise.all(jobs.map((job) => insertJobs(database.db, [job])));
    const insertions = await inserting.finally(() => over.abort());
    await ending;

    for (const [[insertion], job] of insertions.map((each, index) => [each, jobs[index]!] as const)) {
      if (insertion!.deduplicated) expect(insertion!.job).toMatchObject({ dedup_key: "busy", outcome: null });
      else expect(await read(job.id)).toBeDefined();
    }
    const kept = await database.db.selectFrom("jobs").select("id").where("dedup_key", "=", "busy").execute();
    expect(kept).toHaveLength(insertions.flat().filter(({ deduplicated }) => !deduplicated).length);
  });

  it("gives way to one that ends as soon as it was met", async () => {
    const [first, second] = [newJob("met"), newJob("met")];
    await insertJobs(database.db, [first]);
    await endAfterEachInsert("met");
    expect(await insertJobs(database.db, [second])).toEqual([{ job: first, deduplicated: true }]);
    expect(await read(first.id)).toMatchObject({ outcome: "succeeded" });
    expect(await read(second.id)).toBeUndefined();
  });

  it("inserted in a transaction that is rolled back make way for the next", async () => {
    const [first, second] = [newJob("rolled back"), newJob("rolled back")];
    let waiting: ReturnType<typeof insertJobs> | undefined;
    const transaction = database.db.transaction().execute(async (trx) => {
      await insertJobs(trx, [first]);
      waiting = insertJobs(database.db, [second]);
      throw new Error("no");
    });
    await expect(transaction).rejects.toThrow("no");
    expect(await waiting).toEqual([{ job: second, deduplicated: false }]);
  });
});
