import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import type { OnConflict } from "@longshore/shared/db/schema";
import { runChunk } from "../src/imports/run-chunk.ts";
import { stage } from "./stage.ts";

const options = { maxDeliveries: 3 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => sql`truncate users, cities, records, jobs cascade`.execute(database.db));

const user = (n: number, name = `User ${n}`) => JSON.stringify({ email: `user${n}@example.com`, name });
const userLines = (numbers: number[]) => numbers.map((n) => user(n)).join("\n");

async function countUsers(): Promise<number> {
  const { n } = await database.db
    .selectFrom("users")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return n;
}

function rejectsOf(jobId: string) {
  return database.db
    .selectFrom("import_rejects")
    .select(["row", "code", "field", "raw"])
    .where("job_id", "=", jobId)
    .orderBy("row")
    .execute();
}

describe("a chunk", () => {
  it("is written, counted and emptied, and the last one ends its import", async () => {
    const jobId = await stage(database.db, { dataset: "users", chunks: [userLines([1, 2]), userLines([3])] });

    const first = await runChunk(database, { jobId, seq: 0 }, options);
    expect(first?.job.state).toBe("running");
    const last = await runChunk(database, { jobId, seq: 1 }, options);
    expect(last?.job).toMatchObject({ state: "succeeded", finished_at: expect.any(Date) as Date });
    expect(last?.imported).toMatchObject({ rows_received: 3, rows_inserted: 3, rows_rejected: 0, chunks_done: 2 });
    expect(await countUsers()).toBe(3);

    const payloads = await database.db
      .selectFrom("import_chunks")
      .select("payload")
      .where("job_id", "=", jobId)
      .execute();
    expect(payloads).toEqual([{ payload: null }, { payload: null }]);
  });

  it("is applied once, however many workers have it at the same time", async () => {
    const jobId = await stage(database.db, { dataset: "users", onConflict: "update", chunks: [userLines([1, 2, 3])] });
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => runChunk(database, { jobId, seq: 0 }, { maxDeliveries: 10 })),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(outcomes.find(Boolean)?.imported).toMatchObject({ rows_inserted: 3, rows_updated: 0, chunks_done: 1 });
  });

  it("that is done is left alone when it is delivered again", async () => {
    const jobId = await stage(database.db, { dataset: "users", chunks: [userLines([1])] });
    await runChunk(database, { jobId, seq: 0 }, options);
    expect(await runChunk(database, { jobId, seq: 0 }, options)).toBeUndefined();
  });

  it("that no worker survives ends its import as poisoned, and what was applied stays", async () => {
    const jobId = await stage(database.db, { dataset: "users", chunks: [userLines([1, 2]), userLines([3])] });
    await runChunk(database, { jobId, seq: 0 }, options);
    await database.db
      .updateTable("import_chunks")
      .set({ delivery: 3 })
      .where("job_id", "=", jobId)
      .where("seq", "=", 1)
      .execute();

    const ended = await runChunk(database, { jobId, seq: 1 }, options);
    expect(ended?.job).toMatchObject({ state: "failed", error: { code: "poisoned" } });
    expect(ended?.job.error?.message).toContain(
      "Rows 3 to 3 were not applied after 3 deliveries: the worker died each time. Of 3 rows 2 were inserted",
    );
    expect(ended?.imported.rows_inserted).toBe(2);
    expect(await countUsers()).toBe(2);
  });

  it("that fails for no row's sake leaves nothing behind and says why", async () => {
    const jobId = await stage(database.db, { dataset: "users", chunks: [userLines([1])] });
    await sql`alter table users rename to users_away`.execute(database.db);
    try {
      await expect(runChunk(database, { jobId, seq: 0 }, options)).rejects.toThrow('relation "users" does not exist');
    } finally {
      await sql`alter table users_away rename to users`.execute(database.db);
    }
    const chunk = await database.db
      .selectFrom("import_chunks")
      .selectAll()
      .where("job_id", "=", jobId)
      .executeTakeFirstOrThrow();
    expect(chunk).toMatchObject({ state: "pending", last_error: 'relation "users" does not exist' });
    expect((await runChunk(database, { jobId, seq: 0 }, options))?.job.state).toBe("succeeded");
  });
});

describe("a rejected row", () => {
  it("is named with its number in the whole file, its field and its text", async () => {
    const chunks = [
      user(1),
      [user(2), '{"email":"nobody","name":"X"}', "{broken", '{"email":"a@example.com","name":"A","age":1}', "[]"].join(
        "\n",
      ),
    ];
    const jobId = await stage(database.db, { dataset: "users", chunks });
    await runChunk(database, { jobId, seq: 0 }, options);
    const ended = await runChunk(database, { jobId, seq: 1 }, options);

    expect(ended?.job.state).toBe("partially_succeeded");
    expect(ended?.imported).toMatchObject({ rows_inserted: 2, rows_rejected: 4 });
    expect(await rejectsOf(jobId)).toEqual([
      { row: 3, code: "invalid_format", field: "email", raw: '{"email":"nobody","name":"X"}' },
      { row: 4, code: "malformed_record", field: null, raw: "{broken" },
      { row: 5, code: "unknown_field", field: "age", raw: '{"email":"a@example.com","name":"A","age":1}' },
      { row: 6, code: "invalid_type", field: null, raw: "[]" },
    ]);
  });

  it("may be one that only PostgreSQL refuses: its neighbours are written", async () => {
    await sql`alter table users add constraint no_sevens check (name not like '%7%')`.execute(database.db);
    try {
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      const jobId = await stage(database.db, { dataset: "users", chunks: [userLines(numbers)] });
      const ended = await runChunk(database, { jobId, seq: 0 }, options);
      expect(ended?.imported).toMatchObject({ rows_inserted: 81, rows_rejected: 19 });
      const rejects = await rejectsOf(jobId);
      expect(rejects.map(({ row }) => row - 1)).toEqual(numbers.filter((n) => `${n}`.includes("7")));
      expect(new Set(rejects.map(({ code }) => code))).toEqual(new Set(["refused_by_database"]));
    } finally {
      await sql`alter table users drop constraint no_sevens`.execute(database.db);
    }
  });

  it("of CSV has too few cells, too many, or quotes gone wrong, and spoils no other", async () => {
    const columns = ["name", "email"];
    const chunk = [
      "A,a@example.com",
      "B",
      "C,c@example.com,x",
      'D"x,d@example.com',
      '"E"x,e@example.com',
      '"F, ""f""",f@example.com',
    ].join("\r\n");
    const jobId = await stage(database.db, { dataset: "users", format: "csv", columns, chunks: [chunk] });
    const ended = await runChunk(database, { jobId, seq: 0 }, options);
    expect((await rejectsOf(jobId)).map(({ row, code }) => [row, code])).toEqual(
      [2, 3, 4, 5].map((row) => [row, "malformed_record"]),
    );
    expect(ended?.imported).toMatchObject({ rows_inserted: 2, rows_rejected: 4 });
    const names = await database.db.selectFrom("users").select("name").orderBy("name").execute();
    expect(names).toEqual([{ name: "A" }, { name: 'F, "f"' }]);
  });
});

describe("an import that is over", () => {
  it("takes no more rows: a chunk that was on its way is rolled back", async () => {
    const jobId = await stage(database.db, { dataset: "users", chunks: [userLines([1]), userLines([2])] });
    await runChunk(database, { jobId, seq: 0 }, options);
    await database.db.updateTable("jobs").set({ state: "cancelled" }).where("id", "=", jobId).execute();
    expect(await runChunk(database, { jobId, seq: 1 }, options)).toBeUndefined();
    expect(await countUsers()).toBe(1);
  });

  it("because of too many rejects says what was applied", async () => {
    const chunks = [userLines([1, 2]), ["{", user(3), "{"].join("\n"), userLines([4])];
    const jobId = await stage(database.db, { dataset: "users", maxRejects: 1, chunks });
    await runChunk(database, { jobId, seq: 0 }, options);
    const ended = await runChunk(database, { jobId, seq: 1 }, options);
    expect(ended?.job).toMatchObject({ state: "failed", error: { code: "too_many_rejects" } });
    expect(ended?.job.error?.message).toBe(
      "2 rows were rejected, more than the 1 allowed. Of 6 rows 3 were inserted, 0 updated, 0 skipped and 2 rejected; " +
        "1 were not looked at and can be run by a retry",
    );
    expect(await runChunk(database, { jobId, seq: 2 }, options)).toBeUndefined();
    expect(await countUsers()).toBe(3);
  });

  it("is not: as many rejects as are allowed", async () => {
    const jobId = await stage(database.db, { dataset: "users", maxRejects: 1, chunks: [["{", user(1)].join("\n")] });
    expect((await runChunk(database, { jobId, seq: 0 }, options))?.job.state).toBe("partially_succeeded");
  });
});

describe("a dry run", () => {
  const chunks = [
    [user(1), user(2), user(2, "again"), '{"email":"nobody","name":"X"}', user(7)].join("\n"),
    [user(2, "in a later chunk"), user(3), user(7)].join("\n"),
  ];

  async function run(onConflict: OnConflict, dryRun: boolean) {
    await sql`truncate users, jobs cascade`.execute(database.db);
    await database.db.insertInto("users").values({ email: "user1@example.com", name: "was here" }).execute();
    const jobId = await stage(database.db, { dataset: "users", onConflict, dryRun, chunks });
    await runChunk(database, { jobId, seq: 0 }, options);
    const ended = await runChunk(database, { jobId, seq: 1 }, options);
    const { state } = ended!.job;
    const { rows_inserted, rows_updated, rows_skipped, rows_rejected } = ended!.imported;
    return {
      report: { state, rows_inserted, rows_updated, rows_skipped, rows_rejected, rejects: await rejectsOf(jobId) },
      users: await countUsers(),
    };
  }

  it.each<OnConflict>(["error", "ignore", "update"])(
    "reports what a real run does with onConflict %s, and writes nothing",
    async (onConflict) => {
      await sql`alter table users add constraint no_sevens check (name not like '%7%')`.execute(database.db);
      try {
        const dry = await run(onConflict, true);
        expect(dry.users).toBe(1);
        const real = await run(onConflict, false);
        expect(real.users).toBe(3);
        expect(dry.report).toEqual(real.report);
        expect(await database.db.selectFrom("import_keys").selectAll().execute()).toEqual([]);
      } finally {
        await sql`alter table users drop constraint no_sevens`.execute(database.db);
      }
    },
  );
});

describe("a dataset without a key", () => {
  const chunks = ['{"n":1}\n{"n":1}\n{"n":7}', '{"n":1}\n{"m":[{}]}'];

  async function run(dryRun: boolean) {
    await sql`truncate records, jobs cascade`.execute(database.db);
    const jobId = await stage(database.db, { dataset: "records", dryRun, chunks });
    await runChunk(database, { jobId, seq: 0 }, options);
    const ended = await runChunk(database, { jobId, seq: 1 }, options);
    const { rows_inserted, rows_skipped, rows_rejected } = ended!.imported;
    const report = { rows_inserted, rows_skipped, rows_rejected, rejects: await rejectsOf(jobId) };
    const stored = await database.db.selectFrom("records").select("data").orderBy("id").execute();
    return { report, stored: stored.map(({ data }) => data) };
  }

  it("takes every row, in the order sent, however often it comes", async () => {
    const { report, stored } = await run(false);
    expect(report).toEqual({ rows_inserted: 5, rows_skipped: 0, rows_rejected: 0, rejects: [] });
    expect(stored).toEqual([{ n: 1 }, { n: 1 }, { n: 7 }, { n: 1 }, { m: [{}] }]);
  });

  it("can be tried: a dry run reports what a real run does, and writes nothing", async () => {
    await sql`alter table records add constraint no_sevens check (data ->> 'n' is distinct from '7')`.execute(
      database.db,
    );
    try {
      const real = await run(false);
      expect(real.report).toMatchObject({ rows_inserted: 4, rejects: [{ row: 3, code: "refused_by_database" }] });
      expect(real.stored).toHaveLength(4);
      expect(await run(true)).toEqual({ report: real.report, stored: [] });
    } finally {
      await sql`alter table records drop constraint no_sevens`.execute(database.db);
    }
  });
});

it("annotations of a rejects file are ignored when it comes back", async () => {
  const jobId = await stage(database.db, {
    dataset: "users",
    chunks: ['{"email":"a@example.com","name":"A","_row":3,"_code":"duplicate"}'],
  });
  expect((await runChunk(database, { jobId, seq: 0 }, options))?.job.state).toBe("succeeded");
});
