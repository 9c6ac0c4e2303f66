import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startTestWorker, type TestWorker } from "./start-test-worker.ts";

let worker: TestWorker;
beforeAll(async () => {
  worker = await startTestWorker({ webhookSecrets: [`whsec_${randomBytes(24).toString("base64")}`] });
});
afterAll(() => worker.close());

test("a handler sees what belongs to the tenant of its job, and nothing else", async () => {
  const { db } = worker.database;
  const ada = { name: "Ada Lovelace", email: "ada@example.com", tenant: "owner" };
  const { id: userId } = await db.insertInto("users").values(ada).returning("id").executeTakeFirstOrThrow();

  const strangers = await worker.run("users.process", { userId }, { tenant: "stranger" });
  expect(strangers).toMatchObject({ state: "failed", error: { message: `There is no user ${userId}` } });
  expect(await db.selectFrom("user_profiles").selectAll().execute()).toEqual([]);

  expect(await worker.run("users.process", { userId }, { tenant: "owner" })).toMatchObject({ state: "succeeded" });
  expect(await db.selectFrom("user_profiles").select(["tenant", "user_id"]).execute()).toEqual([
    { tenant: "owner", user_id: userId },
  ]);
});

test("the job that tells of another's end belongs to the same tenant", async () => {
  const webhook = "https://127.0.0.1:9/hook";
  const { id } = await worker.run("sleep", { durationMs: 1 }, { tenant: "owner", webhook });
  const told = await waitFor("the webhook's job", async () =>
    worker.database.db
      .selectFrom("jobs as told")
      .innerJoin("jobs", "jobs.webhook_job_id", "told.id")
      .select(["told.kind", "told.tenant"])
      .where("jobs.id", "=", id)
      .executeTakeFirst(),
  );
  expect(told).toEqual({ kind: "webhook.deliver", tenant: "owner" });
});
