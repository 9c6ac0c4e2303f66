import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "@longshore/shared/db/create-database";
import { isHeld } from "../src/runtime/claim-jobs.ts";
import type { ClaimedJob } from "../src/runtime/claim-rows.ts";
import type { Outcome } from "../src/runtime/settle-jobs.ts";
import { createClaimFixture, type ClaimFixture } from "./claim-fixture.ts";

let fixture: ClaimFixture;
beforeAll(async () => {
  fixture = await createClaimFixture();
});
afterAll(() => fixture.close());

const succeeded = (result: number): Outcome => ({ state: "succeeded", result: String(result) });

describe("a claim", () => {
  it("takes a job once, however many entries carry it, and says which one has it", async () => {
    const jobId = await fixture.submit();
    const entries = ["0", "1", "2"].map((n) => `${jobId}-${n}`);
    const claims = await Promise.all(entries.map((entry) => fixture.claim(jobId, entry)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect((await fixture.read(jobId)).entry).toBe(entries[claims.findIndex(Boolean)]);

    const both = await fixture.submit();
    const together = await fixture.claimAll([
      { jobId: both, entry: "a" },
      { jobId: both, entry: "b" },
    ]);
    expect(together.filter(Boolean)).toHaveLength(1);
  });

  it("leaves a job alone that another entry runs, and one that is over", async () => {
    const jobId = await fixture.submit();
    await fixture.claimed(jobId);
    expect(await fixture.claim(jobId, "another")).toBeUndefined();
    await fixture.settle(await fixture.claimed(jobId), succeeded(42));
    expect(await fixture.claim(jobId)).toBeUndefined();
  });

  it("leaves a job alone whose time has not come, but for a second in which its own entry may come", async () => {
    const jobId = await fixture.submit({ run_at: new Date(Date.now() + 60_000), entry: "own" });
    expect(await fixture.claim(jobId, "another")).toBeUndefined();
    expect(await fixture.claim(jobId, "own")).toBeUndefined();

    const soon = await fixture.submit({ run_at: new Date(Date.now() + 900), entry: "own" });
    expect(await fixture.claim(soon, "another")).toBeUndefined();
    expect(await fixture.claim(soon, "own")).toBeDefined();
  });

  it("ends a job that is to be cancelled when its entry comes again because its worker was lost", async () => {
    const jobId = await fixture.submit();
    await fixture.claimed(jobId);
    await fixture.cancelling(jobId);
    expect(await fixture.claim(jobId, "another")).toBeUndefined();
    expect(await fixture.read(jobId)).toMatchObject({ state: "cancelling" });
    expect(await fixture.claim(jobId)).toBeUndefined();
    expect(await fixture.read(jobId)).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
  });

  it("ends a job that has not started in time, and starts one that has not until then", async () => {
    const late = await fixture.submit({ expires_at: new Date(Date.now() - 1) });
    expect(await fixture.claim(late)).toBeUndefined();
    expect(await fixture.read(late)).toMatchObject({ state: "expired", error: { code: "expired" } });

    expect(await fixture.claim(await fixture.submit({ expires_at: new Date(Date.now() + 60_000) }))).toBeDefined();
    const retried = await fixture.submit({ expires_at: new Date(Date.now() - 1), started_at: new Date(), attempt: 1 });
    expect(await fixture.claim(retried)).toBeDefined();
  });
});

describe("a worker that lost its job", () => {
  it("cannot settle it: the later delivery decides", async () => {
    const jobId = await fixture.submit();
    const zombie = await fixture.claimed(jobId);
    const heir = await fixture.claimed(jobId);
    expect(await fixture.settle(zombie, succeeded(1))).toMatchObject({ state: "running" });
    expect(await fixture.settle(heir, succeeded(42))).toMatchObject({ state: "succeeded", result: 42 });
    expect(await fixture.settle(zombie, { state: "queued" })).toMatchObject({ state: "succeeded" });
  });

  it("holds up nobody whose outcome is committed together with its own", async () => {
    const [jobId, other] = [await fixture.submit(), await fixture.submit()];
    const [zombie, neighbour] = [await fixture.claimed(jobId), await fixture.claimed(other)];
    await fixture.claimed(jobId);
    await Promise.all([fixture.settle(zombie, succeeded(1)), fixture.settle(neighbour, succeeded(2))]);
    expect([(await fixture.read(jobId)).state, (await fixture.read(other)).state]).toEqual(["running", "succeeded"]);
  });
});

describe("a job that somebody else holds in a transaction", () => {
  it("is claimed later, or ended then, and holds up nobody who is claimed together with it", async () => {
    const patient = createDatabase({ url: fixture.database.url, applicationName: "patient", lockTimeoutMs: 0 });
    const claimSoon = fixture.createClaim(patient);
    const [queued, cancelled, free, over] = [
      await fixture.submit(),
      await fixture.submit(),
      await fixture.submit(),
      await fixture.submit(),
    ];
    const references = [queued, cancelled, free, over].map((jobId) => ({ jobId, entry: `${jobId}-0` }));
    await fixture.claimed(cancelled);
    await fixture.cancelling(cancelled);
    await fixture.database.db.updateTable("jobs").set({ state: "failed" }).where("id", "=", over).execute();

    const freeOne = expect.objectContaining({ id: free, delivery: 1 }) as unknown;
    await fixture.database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "in", [queued, cancelled]).forUpdate().execute();
      expect(await claimSoon(references)).toEqual([isHeld, isHeld, freeOne, undefined]);
      expect(await claimSoon(references.slice(1))).toEqual([isHeld, expect.anything(), undefined]);
    });
    expect(await fixture.read(queued)).toMatchObject({ state: "queued", delivery: 0 });
    expect(await claimSoon(references.slice(0, 2))).toEqual([
      expect.objectContaining({ id: queued, delivery: 1 }),
      undefined,
    ]);
    expect(await fixture.read(cancelled)).toMatchObject({ state: "cancelled" });
    await patient.close();
  });

  it("is settled as soon as it may be, and holds up nobody whose outcome is committed together with its own", async () => {
    const patient = createDatabase({ url: fixture.database.url, applicationName: "patient", lockTimeoutMs: 0 });
    const settleSoon = fixture.createSettle(patient);
    const jobs = [];
    for (let n = 0; n < 4; n += 1) jobs.push(await fixture.claimed(await fixture.submit()));
    const [cut, done, ...others] = jobs as [ClaimedJob, ClaimedJob, ...ClaimedJob[]];
    const succeed = ({ id: jobId, kind, delivery }: ClaimedJob) =>
      settleSoon({ jobId, kind, delivery, outcome: succeeded(1) });
    const cutOff = ({ id: jobId, kind, delivery }: ClaimedJob) =>
      settleSoon({ jobId, kind, delivery, outcome: { state: "queued" } });

    let settling: Promise<void>[] = [];
    await fixture.database.db.transaction().execute(async (trx) => {
      await trx.selectFrom("jobs").select("id").where("id", "in", [cut.id, done.id]).forUpdate().execute();
      settling = [cutOff(cut), succeed(done)];
      await Promise.all([cutOff(others[0]!), succeed(others[1]!)]);
    });
    expect(await Promise.all(others.map(async ({ id }) => (await fixture.read(id)).state))).toEqual([
      "queued",
      "succeeded",
    ]);
    await Promise.all(settling);
    expect([(await fixture.read(cut.id)).state, (await fixture.read(done.id)).state]).toEqual(["queued", "succeeded"]);
    await patient.close();
  });
});
