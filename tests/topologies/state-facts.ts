import { text } from "node:stream/consumers";
import { beforeAll, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { mastersOf } from "@longshore/shared/queue/masters-of";
import { startServer, type TestServer } from "@longshore/shared/testing/start-server";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { untilUnderWay } from "../faults/oracle.ts";
import { countRows } from "../faults/read-truth.ts";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import { submit } from "../faults/upload.ts";
import { createClient, type Client } from "./create-client.ts";

type User = { id: number; name: string };
type Queue = { name: string; paused: boolean; counts: { queued: number } };

/** What is so on whatever PostgreSQL and Redis a stack has: all that it does with them, once. */
export function stateFacts(getStack: () => FaultStack): void {
  let stack: FaultStack;
  let client: Client;
  beforeAll(() => {
    stack = getStack();
    client = createClient(stack.url);
  });

  it("applies an import of 20,000 rows, shows its progress as it goes, and accounts for a row that it rejects", async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => ({ email: `fact${n}@example.com`, name: `Fact ${n}` }));
    const job = await client.import("users", [...rows, { email: "nobody", name: "X" }]);
    const events = await (await fetch(stack.url + job.links.events)).text();
    expect(events.match(/^event: \w+/gm)).toEqual(expect.arrayContaining(["event: progress", "event: end"]));
    expect(await client.look(job)).toMatchObject({
      state: "partially_succeeded",
      counts: { received: 20_001, inserted: 20_000, rejected: 1, pending: 0 },
    });
    expect(await countRows(stack.database, { group: "fact", count: 20_000 })).toEqual({ there: 20_000, missing: 0 });
    const { body: rejects } = await client.call<string>("GET", job.links.rejects!);
    expect(JSON.parse(rejects)).toMatchObject({ _row: 20_001, _code: "invalid_format", email: "nobody" });
  });

  it("runs a job of each kind, and tells its webhook", async () => {
    await using receiver = await startReceiver();
    const ada = await createUser("ada@jobs.example");
    const submitted = await Promise.all([
      client.submit("sleep", { durationMs: 1 }, { webhook: { url: receiver.url } }),
      client.submit("records.transform", { records: [{ name: "ada" }], operations: [{ op: "upper", at: ["/name"] }] }),
      client.submit("users.process", { userId: ada.id }),
      client.submit("urls.fetch", { urls: [receiver.url] }),
    ]);
    const ended = await Promise.all(submitted.map(client.untilOver));
    expect(ended.map(({ kind, state }) => [kind, state])).toEqual(
      ["sleep", "records.transform", "users.process", "urls.fetch"].map((kind) => [kind, "succeeded"]),
    );
    expect(ended[1]!.result).toMatchObject({ records: [{ name: "ADA" }] });
    await waitFor("the webhook", async () => receiver.bodies.some((body) => body.includes(submitted[0].id)));
  });

  it("runs the job of a schedule", async () => {
    const nightly = { name: "nightly", kind: "sleep", payload: { durationMs: 1 }, cron: "30 2 * * *" };
    const { body: schedule } = await client.call<{ links: { self: string } }>("POST", "/v1/schedules", nightly);
    const { body: job } = await client.call<JobView>("POST", `${schedule.links.self}/run`);
    expect(await client.untilOver(job)).toMatchObject({ kind: "sleep", state: "succeeded" });
    expect((await client.call("DELETE", schedule.links.self)).status).toBe(204);
  });

  it("stops a job that is cancelled while it runs", async () => {
    const job = await client.submit("sleep", { durationMs: 600_000 });
    await client.untilRunning(job);
    await client.call("POST", `${job.links.self}/cancel`);
    expect(await client.untilOver(job)).toMatchObject({ state: "cancelled" });
  });

  it("starts nothing of a paused queue until it is resumed", async () => {
    await client.call("POST", "/v1/queues/records.transform/pause");
    const held = await client.submit("records.transform", { records: [{}], operations: [{ op: "squeeze" }] });
    await client.untilOver(await client.submit("sleep", { durationMs: 500 }));
    expect(await client.look(held)).toMatchObject({ state: "queued" });
    const { body } = await client.call<{ items: Queue[] }>("GET", "/v1/queues");
    expect(body.items.find(({ name }) => name === "records.transform")).toMatchObject({ paused: true });
    await client.call("POST", "/v1/queues/records.transform/resume");
    expect(await client.untilOver(held)).toMatchObject({ state: "succeeded" });
  });

  it("reads users through its cache, and none that is older than the last write", async () => {
    const { id } = await createUser("grace@cache.example");
    const path = `/v1/users/${id}`;
    await waitFor("a hit", async () => (await client.call("GET", path)).headers.get("x-cache") === "hit");
    for (let round = 0; round < 50; round += 1) {
      const name = `Grace ${round}`;
      expect((await client.call("PATCH", path, { name })).status).toBe(200);
      expect((await client.call<User>("GET", path)).body.name).toBe(name);
    }
    await waitFor("a hit", async () => (await client.call("GET", path)).headers.get("x-cache") === "hit");
    expect((await client.call("DELETE", path)).status).toBe(204);
    expect((await client.call("GET", path)).status).toBe(404);
  });

  it("ends every job although Redis loses all that it holds", async () => {
    const [held, rows] = await Promise.all([
      client.submit("sleep", { durationMs: 100 }, { delayMs: 3_000 }),
      submit(stack.url, { group: "wiped-", count: 50_000 }),
    ]);
    await untilUnderWay(stack, rows.job);
    await Promise.all(mastersOf(stack.redis).map((master) => master.flushall()));
    expect(await client.untilOver(rows.job)).toMatchObject({ state: "succeeded", counts: { inserted: 50_000 } });
    expect(await client.untilOver(held)).toMatchObject({ state: "succeeded" });
    expect(await countRows(stack.database, rows)).toEqual({ there: 50_000, missing: 0 });
  });

  async function createUser(email: string): Promise<User> {
    const { status, body } = await client.call<User>("POST", "/v1/users", { email, name: "Ada Lovelace" });
    expect(status).toBe(201);
    return body;
  }
}

/** Takes what it is sent and answers 200. */
async function startReceiver(): Promise<TestServer & { bodies: string[] }> {
  const bodies: string[] = [];
  const server = await startServer(async (request, response) => {
    bodies.push(await text(request));
    response.end("ok");
  });
  return { ...server, bodies };
}
