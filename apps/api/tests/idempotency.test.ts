import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ name: `U ${n}`, email: `u${n}@example.com` })).join("\n");

async function send(path: string, type: string, key: string, body: string) {
  const response = await fetch(api.url + path, {
    method: "POST",
    headers: { "content-type": type, "idempotency-key": key },
    body,
  });
  return {
    status: response.status,
    replayed: response.headers.get("idempotent-replayed"),
    body: (await response.json()) as JobView & { code?: string },
  };
}

async function countJobs(): Promise<number> {
  const { n } = await api.database.db
    .selectFrom("jobs")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return n;
}

const cases = [
  {
    what: "a job",
    path: "/v1/jobs",
    type: "application/json",
    body: '{"kind":"sleep","payload":{"durationMs":1}}',
    other: '{"kind":"sleep","payload":{"durationMs":2}}',
    bad: '{"kind":"sleep","payload":{}}',
  },
  {
    what: "an import",
    path: "/v1/imports/users",
    type: "application/x-ndjson",
    body: lines(40),
    other: lines(41),
    bad: "",
  },
];

describe.each(cases)("$what with an idempotency key", ({ what, path, type, body, other, bad }) => {
  it("is done once, and the second request gets the first answer", async () => {
    const before = await countJobs();
    const first = await send(path, type, `once ${what}`.replaceAll(" ", "-"), body);
    expect(first).toMatchObject({ status: 202, replayed: null });
    const second = await send(path, type, `once ${what}`.replaceAll(" ", "-"), body);
    expect(second).toEqual({ ...first, replayed: "true" });
    expect(await countJobs()).toBe(before + 1);
  });

  it("that was used for another request is 422", async () => {
    const key = `mismatch-${path}`;
    await send(path, type, key, body);
    expect(await send(path, type, key, other)).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
  });

  it("may use it again after a refusal", async () => {
    const key = `refused-${path}`;
    expect((await send(path, type, key, bad)).status).toBe(422);
    expect(await send(path, type, key, body)).toMatchObject({ status: 202, replayed: null });
  });

  it("sent many times at once is done once", async () => {
    const before = await countJobs();
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(path, type, `race-${path}`, body)));
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    expect(new Set(answers.filter(({ status }) => status === 202).map(({ body: job }) => job.id)).size).toBe(1);
    expect(await countJobs()).toBe(before + 1);
  });

  it.each(["x".repeat(256), "with space"])("that is malformed is 400", async (key) => {
    expect(await send(path, type, key, body)).toMatchObject({ status: 400, body: { code: "invalid_idempotency_key" } });
  });
});

describe("an upload that is under way", () => {
  function startUpload(key: string) {
    const headers = { "content-type": "application/x-ndjson", "idempotency-key": key };
    const upload = request(`${api.url}/v1/imports/users`, { method: "POST", headers });
    upload.on("error", () => {});
    upload.write(`${lines(20)}\n`);
    return upload;
  }
  const keyIsTaken = (key: string) =>
    waitFor("the key to be taken", async () =>
      api.database.db.selectFrom("idempotency_keys").select("key").where("key", "=", key).executeTakeFirst(),
    );

  it("makes another one with its key 409", async () => {
    const upload = startUpload("under-way");
    await keyIsTaken("under-way");
    expect(await send("/v1/imports/users", "application/x-ndjson", "under-way", lines(20))).toMatchObject({
      status: 409,
      body: { code: "idempotency_in_flight" },
    });
    upload.destroy();
    await waitFor(
      "the key to be free",
      async () => (await send("/v1/imports/users", "application/x-ndjson", "under-way", lines(20))).status === 202,
    );
  });

  it("makes another one with its key 409 without cutting it off, however large it is", async () => {
    const upload = startUpload("large");
    await keyIsTaken("large");
    const { hostname, port } = new URL(api.url);
    const size = 16 * 1024 * 1024;
    const head = `POST /v1/imports/users HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: text/csv\r\nidempotency-key: large\r\ncontent-length: ${size}\r\n\r\n`;
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const [answer] = await Promise.all([
      text(socket),
      pipeline(Readable.from([head, Buffer.alloc(size, "x")]), socket),
    ]);
    expect(answer).toMatch(/^HTTP\/1.1 409 /);
    upload.destroy();
  });

  it("keeps its key for as long as it takes", async () => {
    const upload = startUpload("slow");
    await keyIsTaken("slow");
    await sql`update idempotency_keys set locked_until = now() + interval '5 seconds' where key = 'slow'`.execute(
      api.database.db,
    );
    await waitFor("the key to be renewed", async () =>
      api.database.db
        .selectFrom("idempotency_keys")
        .select("key")
        .where("key", "=", "slow")
        .where("locked_until", ">", sql<Date>`now() + interval '8 seconds'`)
        .executeTakeFirst(),
    );
    upload.end();
    const [response] = (await once(upload, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(202);
  });

  it("and whose API process died loses its key after its lock ran out", async () => {
    const upload = startUpload("died");
    await keyIsTaken("died");
    await sql`update idempotency_keys set locked_until = now() - interval '1 second' where key = 'died'`.execute(
      api.database.db,
    );
    expect((await send("/v1/imports/users", "application/x-ndjson", "died", lines(3))).status).toBe(202);
    upload.end();
    const [response] = (await once(upload, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(409);
  });
});
