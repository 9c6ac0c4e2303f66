import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "@longshore/shared/new-id";
import type { NewJobRow } from "@longshore/shared/db/schema";
import type { JobState } from "@longshore/shared/status/job-state";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { removeOld } from "../src/runtime/remove-old.ts";
import { newJob, stage } from "./stage.ts";

const hour = 60 * 60_000;
const kept = { jobsMs: hour, idempotencyKeysMs: hour };
const ago = (ms: number) => new Date(Date.now() - ms);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const table of ["jobs", "import_keys", "idempotency_keys"] as const)
    await database.db.deleteFrom(table).execute();
});
afterAll(() => database.close());

/** A job that was made, and unless said otherwise has ended, so long ago. */
function oldJob(agoMs: number, changes: Partial<NewJobRow> = {}): NewJobRow {
  const at = ago(agoMs);
  const hex = at.getTime().toString(16).padStart(12, "0");
  const id = `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
  return newJob({ id, state: "succeeded", created_at: at, finished_at: at, ...changes });
}

async function store(...jobs: NewJobRow[]): Promise<void> {
  for (let from = 0; from < jobs.length; from += 2_000) {
    await database.db
      .insertInto("jobs")
      .values(jobs.slice(from, from + 2_000))
      .execute();
  }
}

async function count(table: "jobs" | "imports" | "import_chunks" | "import_rejects" | "job_logs" | "import_keys") {
  const { n } = await database.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return n;
}

const idsLeft = async () =>
  (await database.db.selectFrom("jobs").select("id").orderBy("id").execute()).map(({ id }) => id);

describe("a job that is over", () => {
  it("is removed when it ended longer ago than jobs are kept, and not before", async () => {
    const [old, young] = [oldJob(hour + 5_000), oldJob(hour - 5_000)];
    await store(old, young);
    expect(await removeOld(database.db, kept)).toEqual({ jobs: 1, idempotencyKeys: 0 });
    expect(await idsLeft()).toEqual([young.id]);
  });

  it("is kept by its end, not by its beginning", async () => {
    const long = oldJob(10 * hour, { finished_at: ago(hour / 2) });
    await store(long);
    await removeOld(database.db, kept);
    expect(await idsLeft()).toEqual([long.id]);
  });

  it("is kept for ever with 0", async () => {
    await store(oldJob(1_000 * hour));
    expect(await removeOld(database.db, { jobsMs: 0, idempotencyKeysMs: 0 })).toEqual({ jobs: 0, idempotencyKeys: 0 });
    expect(await count("jobs")).toBe(1);
  });

  it("is kept until its end has been told", async () => {
    const webhook = "https://example.com/";
    const telling = newJob({ kind: "webhook.deliver", state: "running" });
    const untold = oldJob(2 * hour, { webhook });
    const beingTold = oldJob(2 * hour, { webhook, webhook_job_id: telling.id });
    await store(telling, untold, beingTold);
    expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 0 });

    await database.db
      .updateTable("jobs")
      .set({ state: "succeeded", finished_at: new Date() })
      .where("id", "=", telling.id)
      .execute();
    await database.db.updateTable("jobs").set({ webhook_job_id: telling.id }).where("id", "=", untold.id).execute();
    expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 2 });
    expect(await idsLeft()).toEqual([telling.id]);
  });

  it("takes its logs along, were there ever so many", async () => {
    const job = oldJob(2 * hour);
    await store(job);
    await database.pool.query(
      `insert into job_logs (job_id, at, level, message) select $1, now(), 'info', n::text from generate_series(1, 12000) n`,
      [job.id],
    );
    await removeOld(database.db, kept);
    expect(await count("job_logs")).toBe(0);
  });

  it("leaves an import that corrects it, without its parent", async () => {
    const chunks = ['{"email":"a@example.com","name":"A"}'];
    const parent = await stage(database.db, { dataset: "users", chunks });
    const child = await stage(database.db, { dataset: "users", chunks });
    await database.db.updateTable("imports").set({ correction_of: parent }).where("job_id", "=", child).execute();
    const reject = { job_id: parent, row: 1, code: "duplicate", message: "", raw: "" };
    await database.db
      .insertInto("import_rejects")
      .values({ ...reject, field: null, sqlstate: null, constraint_name: null })
      .execute();
    await database.db
      .updateTable("jobs")
      .set({ state: "failed", finished_at: ago(hour) })
      .where("id", "=", parent)
      .execute();

    const moment = { jobsMs: 1, idempotencyKeysMs: 0 };
    await waitFor("its removal", async () => (await removeOld(database.db, moment)).jobs === 1);
    expect(await database.db.selectFrom("imports").select(["job_id", "correction_of"]).execute()).toEqual([
      { job_id: child, correction_of: null },
    ]);
    expect([await count("import_rejects"), await count("import_chunks")]).toEqual([0, 1]);
  });
});

describe("a job that is not over", () => {
  it.each<JobState>(["receiving", "scheduled", "queued", "running", "cancelling"])(
    "but %s stays, however old",
    async (state) => {
      await store(oldJob(100 * hour, { state, finished_at: null }));
      expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 0 });
      expect(await count("jobs")).toBe(1);
    },
  );
});

describe("many old jobs", () => {
  const many = () =>
    Array.from({ length: 5_400 }, (_, n) => oldJob(3 * hour - n, n % 3 ? {} : { state: "queued", finished_at: null }));

  it("are all found between those that stay, in steps of bounded size", async () => {
    await store(...many());
    await database.pool.query(`
      create table steps (n bigint);
      create function note_step() returns trigger language plpgsql as
        $$ begin insert into steps select count(*) from gone; return null; end $$;
      create trigger note_step after delete on jobs referencing old table as gone for each statement execute function note_step()`);
    try {
      expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 3_600 });
      const { rows } = await database.pool.query<{ most: number; steps: number }>(
        "select max(n) as most, count(*) as steps from steps",
      );
      expect(rows[0]!.most).toBeLessThanOrEqual(500);
      expect(rows[0]!.steps).toBeGreaterThanOrEqual(8);
    } finally {
      await database.pool.query("drop trigger note_step on jobs; drop function note_step; drop table steps");
    }
    expect(await count("jobs")).toBe(1_800);
  });

  it("are removed once by two processes at once", async () => {
    await store(...many());
    const both = await Promise.all([removeOld(database.db, kept), removeOld(database.db, kept)]);
    // One that comes upon the other stops; together they miss none in the end.
    const last = await removeOld(database.db, kept);
    expect([...both, last].reduce((sum, { jobs }) => sum + jobs, 0)).toBe(3_600);
    expect(await count("jobs")).toBe(1_800);
  });

  it("are found and locked once, also where PostgreSQL takes the table to be empty", async () => {
    await database.pool.query("alter table jobs set (autovacuum_enabled = off)");
    try {
      await store(...many());
      await database.db.deleteFrom("jobs").execute();
      await database.pool.query("analyze jobs");
      await store(...many());
      expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 3_600 });
    } finally {
      await database.pool.query("alter table jobs reset (autovacuum_enabled)");
    }
  });

  it("are not waited for: one that somebody holds is left for the next time", async () => {
    const [held, free] = [oldJob(2 * hour), oldJob(2 * hour)];
    await store(held, free);
    await database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "=", held.id).forUpdate().execute();
      expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 1 });
    });
    expect(await removeOld(database.db, kept)).toMatchObject({ jobs: 1 });
  });

  it("are left where they are when the process must go", async () => {
    await store(...many());
    const { jobs } = await removeOld(database.db, kept, AbortSignal.abort());
    expect(jobs).toBeLessThanOrEqual(500);
  });
});

describe("keys", () => {
  it("of dry runs go with the job, and not before", async () => {
    const [old, young] = [oldJob(2 * hour, { state: "cancelled" }), oldJob(0, { state: "cancelled" })];
    await store(old, young);
    await database.db
      .insertInto("import_keys")
      .values([old, young].flatMap(({ id }) => ["a", "b"].map((key) => ({ job_id: id, key }))))
      .execute();
    await removeOld(database.db, kept);
    expect(await database.db.selectFrom("import_keys").select("job_id").distinct().execute()).toEqual([
      { job_id: young.id },
    ]);
  });

  it("of idempotency are removed by their age, but for those of requests under way", async () => {
    const key = (name: string, agoMs: number, lockedForMs: number) => ({
      tenant: "default",
      route: "jobs",
      key: name,
      fingerprint: null,
      created_at: ago(agoMs),
      locked_until: ago(-lockedForMs),
    });
    const stored = [key("old", hour + 5_000, -1), key("young", hour - 5_000, -1), key("busy", 2 * hour, 60_000)];
    await database.db.insertInto("idempotency_keys").values(stored).execute();
    expect(await removeOld(database.db, kept)).toEqual({ jobs: 0, idempotencyKeys: 1 });
    const left = await database.db.selectFrom("idempotency_keys").select("key").orderBy("key").execute();
    expect(left.map(({ key: name }) => name)).toEqual(["busy", "young"]);
  });
});
