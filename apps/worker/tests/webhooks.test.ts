import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { webhookMessageSchema } from "@longshore/shared/jobs/webhook-message";
import type { JobState } from "@longshore/shared/status/job-state";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { announceEnds } from "../src/runtime/announce-ends.ts";
import { newJob } from "./stage.ts";
import { startServer, type TestServer } from "@longshore/shared/testing/start-server";
import { startTestWorker, type TestWorker } from "./start-test-worker.ts";

type Call = { path: string; headers: IncomingHttpHeaders; body: string };

const [secret, oldSecret] = [24, 64].map((length) => `whsec_${randomBytes(length).toString("base64")}`) as [
  string,
  string,
];

/** What the receiver answers on a path, call by call; the last answer stays. Without any it is 204. */
const answers = new Map<string, { status: number; headers?: Record<string, string> }[]>();
const calls: Call[] = [];

let worker: TestWorker;
let receiver: TestServer;
beforeAll(async () => {
  worker = await startTestWorker({ allowPrivate: ["127.0.0.1/32"], webhookSecrets: [secret, oldSecret] });
  receiver = await startServer(async (request, response) => {
    const path = request.url!;
    calls.push({ path, headers: request.headers, body: await text(request) });
    const planned = answers.get(path) ?? [{ status: 204 }];
    const { status, headers } = planned.length > 1 ? planned.shift()! : planned[0]!;
    response.writeHead(status, headers).end();
  });
});
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  await worker.close();
});

const callsOf = (path: string) => calls.filter((call) => call.path === path);

async function insertEnded(changes: Partial<NewJobRow>): Promise<string> {
  const job = newJob({ state: "succeeded", finished_at: new Date(), ...changes });
  await worker.database.db.insertInto("jobs").values(job).execute();
  return job.id;
}

const jobOf = (id: string) =>
  worker.database.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

/** The job that tells that another one is over, once it is in `state` after so many failures. */
function untilDelivery(jobId: string, state: JobState, attempt = 1): Promise<JobRow> {
  return waitFor(`the delivery for ${jobId} to be ${state}`, async () => {
    const { webhook_job_id: id } = await jobOf(jobId);
    const delivery = id === null ? undefined : await jobOf(id);
    return delivery?.state === state && delivery.attempt >= attempt && delivery;
  });
}

const deliveriesOf = (jobId: string) =>
  worker.database.db
    .selectFrom("webhook_deliveries")
    .select(["url", "status", "error"])
    .where("job_id", "=", jobId)
    .orderBy("seq")
    .execute();

describe("a webhook", () => {
  it("is called as part of the trace of the job's request", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const url = `${receiver.url}/traced`;
    await worker.run("sleep", { durationMs: 1 }, { webhook: url, traceparent });
    const call = await waitFor("the call", async () => callsOf("/traced")[0]);
    expect(call.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  });

  it("is told that a job is over, in a few signed words", async () => {
    const url = `${receiver.url}/told`;
    const job = await worker.run("sleep", { durationMs: 1 }, { webhook: url });
    const delivery = await untilDelivery(job.id, "succeeded");
    expect(delivery).toMatchObject({ kind: "webhook.deliver", result: { status: 204 }, webhook: null });

    const [call, ...more] = callsOf("/told");
    expect(more).toEqual([]);
    expect(call!.headers).toMatchObject({ "content-type": "application/json", "webhook-id": delivery.id });
    expect(webhookMessageSchema.safeParse(JSON.parse(call!.body)).error).toBeUndefined();
    for (const known of [secret, oldSecret]) {
      expect(new Webhook(known).verify(call!.body, call!.headers as Record<string, string>)).toEqual({
        type: "job.succeeded",
        timestamp: job.finished_at?.toISOString(),
        data: { id: job.id, kind: "sleep", state: "succeeded", links: { self: `/v1/jobs/${job.id}` } },
      });
    }
    const stranger = new Webhook(randomBytes(24).toString("base64"));
    expect(() => stranger.verify(call!.body, call!.headers as Record<string, string>)).toThrow("No matching signature");
    expect(await deliveriesOf(job.id)).toEqual([{ url, status: 204, error: null }]);
  });

  it.each<[string, JobState]>([
    ["import", "partially_succeeded"],
    ["sleep", "failed"],
    ["sleep", "cancelled"],
    ["sleep", "expired"],
  ])("is told of a job of the kind %s that is %s", async (kind, state) => {
    const path = `/${kind}-${state}`;
    const jobId = await insertEnded({ kind, state, webhook: receiver.url + path });
    await untilDelivery(jobId, "succeeded");
    expect(JSON.parse(callsOf(path)[0]!.body)).toMatchObject({
      type: `job.${state}`,
      data: { id: jobId, kind, state },
    });
  });

  it("is called again after a failure, with the same id", async () => {
    answers.set("/again", [{ status: 500 }, { status: 200 }]);
    const jobId = await insertEnded({ webhook: `${receiver.url}/again` });
    const delivery = await untilDelivery(jobId, "succeeded");
    expect(callsOf("/again").map(({ headers }) => headers["webhook-id"])).toEqual([delivery.id, delivery.id]);
    expect((await deliveriesOf(jobId)).map(({ status }) => status)).toEqual([500, 200]);
    for (const { body, headers } of callsOf("/again"))
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
        data: { id: jobId },
      });
  });

  it.each([429, 503])("that answers %i is left alone for as long as it asks", async (status) => {
    answers.set(`/busy-${status}`, [{ status, headers: { "retry-after": "120" } }]);
    const jobId = await insertEnded({ webhook: `${receiver.url}/busy-${status}` });
    const delivery = await untilDelivery(jobId, "queued");
    const waitMs = delivery.run_at!.getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(110_000);
    expect(waitMs).toBeLessThan(121_000);
  });

  it("that is gone is not called again", async () => {
    answers.set("/gone", [{ status: 410 }]);
    const jobId = await insertEnded({ webhook: `${receiver.url}/gone` });
    expect(await untilDelivery(jobId, "failed")).toMatchObject({ attempt: 1, error: { code: "webhook_gone" } });
    expect(callsOf("/gone")).toHaveLength(1);
  });

  it.each(["http://10.0.0.1/", "http://127.0.0.2/hook", "http://localhost.localdomain.invalid:25/"])(
    "at %s is not called, and not tried again",
    async (url) => {
      const jobId = await insertEnded({ webhook: url });
      const delivery = await untilDelivery(jobId, "failed");
      expect(delivery).toMatchObject({ attempt: 1, max_attempts: 20 });
      expect(["blocked_address", "invalid_url"]).toContain(delivery.error?.code);
      expect(await deliveriesOf(jobId)).toEqual([{ url, status: null, error: delivery.error?.message }]);
    },
  );

  it("that sends its messages elsewhere has not taken them", async () => {
    answers.set("/moved", [{ status: 307, headers: { location: `${receiver.url}/elsewhere` } }]);
    const jobId = await insertEnded({ webhook: `${receiver.url}/moved` });
    const { error } = await untilDelivery(jobId, "queued");
    expect(error).toEqual({ code: "handler_failed", message: "The receiver answered 307" });
    expect(await deliveriesOf(jobId)).toMatchObject([{ status: 307 }]);
    expect(callsOf("/elsewhere")).toEqual([]);
  });

  it("is called although its job was removed meanwhile", async () => {
    const payload = { url: `${receiver.url}/removed`, jobId: newJob().id, kind: "sleep", state: "failed" };
    const delivery = await worker.run("webhook.deliver", { ...payload, finishedAt: new Date().toISOString() });
    expect(delivery.state).toBe("succeeded");
    expect(callsOf("/removed")).toHaveLength(1);
  });
});

describe("the end of a job", () => {
  const deps = () => ({
    db: worker.database.db,
    producer: worker.producer,
    flow: { countIn() {} },
    log: pino({ level: "silent" }),
  });
  const countDeliveries = async () => {
    const { n } = await worker.database.db
      .selectFrom("jobs")
      .select(({ fn }) => fn.countAll<number>().as("n"))
      .where("kind", "=", "webhook.deliver")
      .executeTakeFirstOrThrow();
    return n;
  };

  it("is told once, however many look at the same time", async () => {
    const before = await countDeliveries();
    const ended = Array.from({ length: 600 }, () =>
      newJob({ state: "succeeded", finished_at: new Date(), webhook: `${receiver.url}/once` }),
    );
    await worker.database.db.insertInto("jobs").values(ended).execute();
    const looks = async () => {
      while ((await announceEnds(deps())) > 0);
    };
    await Promise.all([looks(), looks(), looks()]);

    // The worker looks as well, and may hold some of them yet.
    await waitFor("all to be told", async () => callsOf("/once").length >= 600, 60_000);
    expect(await countDeliveries()).toBe(before + 600);
    expect(
      new Set(callsOf("/once").map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id)).size,
    ).toBe(600);
    expect(new Set(callsOf("/once").map(({ headers }) => headers["webhook-id"])).size).toBe(600);
  }, 90_000);

  it("is told to nobody where there is no webhook", async () => {
    const jobId = await insertEnded({});
    expect(await announceEnds(deps())).toBe(0);
    expect((await jobOf(jobId)).webhook_job_id).toBeNull();
  });

  it("is not told before it has come", async () => {
    const job = newJob({ state: "scheduled", run_at: new Date(Date.now() + 60_000), webhook: `${receiver.url}/early` });
    await worker.database.db.insertInto("jobs").values(job).execute();
    expect(await announceEnds(deps())).toBe(0);
  });
});
