import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { JobLostError, transactOnce, type Delivery } from "../src/runtime/transact-once.ts";
import { newJob } from "./stage.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ lockTimeoutMs: 200 });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("jobs").execute();
  await database.db.deleteFrom("users").execute();
});

async function runningJob(): Promise<Delivery> {
  const job = newJob({ state: "running", delivery: 1 });
  await database.db.insertInto("jobs").values(job).execute();
  return { jobId: job.id, delivery: 1 };
}

/** What a claim by another worker does. */
async function takeOver({ jobId }: Delivery): Promise<Delivery> {
  await database.db.updateTable("jobs").set({ delivery: 2 }).where("id", "=", jobId).execute();
  return { jobId, delivery: 2 };
}

/** Writes a user by the step; `meanwhile` happens between the write and the commit. */
function write(run: Delivery, name: string, meanwhile: () => Promise<unknown> = async () => {}) {
  return transactOnce(database.db, run, "step", async (trx) => {
    await trx
      .insertInto("users")
      .values({ email: `${name}@example.com`, name })
      .execute();
    await meanwhile();
    return name;
  });
}

const names = async () => (await database.db.selectFrom("users").select("name").execute()).map(({ name }) => name);

describe("a step", () => {
  it("is applied once, however often the job runs", async () => {
    const run = await runningJob();
    expect(await write(run, "first")).toBe("first");
    expect(await write(await takeOver(run), "second")).toBeUndefined();
    expect(await names()).toEqual(["first"]);
  });

  it("that failed has left nothing, so it is applied the next time", async () => {
    const run = await runningJob();
    await expect(write(run, "torn", () => Promise.reject(new Error("torn")))).rejects.toThrow("torn");
    expect(await write(run, "whole")).toBe("whole");
    expect(await names()).toEqual(["whole"]);
  });

  it("of a job that is to be cancelled is still applied: its handler may come to its end", async () => {
    const run = await runningJob();
    await database.db.updateTable("jobs").set({ state: "cancelling" }).where("id", "=", run.jobId).execute();
    expect(await write(run, "last")).toBe("last");
  });
});

describe("a run that lost its job", () => {
  it("does not begin a step", async () => {
    const run = await runningJob();
    await takeOver(run);
    await expect(write(run, "zombie")).rejects.toThrow(JobLostError);
    await database.db.updateTable("jobs").set({ delivery: 1, state: "succeeded" }).execute();
    await expect(write(run, "late")).rejects.toThrow(JobLostError);
    expect(await names()).toEqual([]);
  });

  it("in the middle of a step takes back what it wrote, and its heir applies it", async () => {
    const run = await runningJob();
    await expect(write(run, "zombie", () => takeOver(run))).rejects.toThrow(JobLostError);
    expect(await names()).toEqual([]);
    expect(await write({ ...run, delivery: 2 }, "heir")).toBe("heir");
    expect(await names()).toEqual(["heir"]);
  });

  it("and is slow holds up no claim, and its heir waits for what it comes to", async () => {
    const run = await runningJob();
    const slow = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const zombie = write(run, "zombie", () => {
      begun.resolve();
      return slow.promise;
    });
    await begun.promise;
    const heir = write(await takeOver(run), "heir");
    // Longer than a statement waits for a lock: the heir asks again.
    await waitFor("the heir to wait in vain at least once", async () => {
      const { rows } = await database.pool.query("select from pg_stat_database where deadlocks >= 0");
      return rows.length > 0;
    });
    setTimeout(slow.resolve, 500);
    await expect(zombie).rejects.toThrow(JobLostError);
    expect(await heir).toBe("heir");
    expect(await names()).toEqual(["heir"]);
  });
});
