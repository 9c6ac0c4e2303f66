import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

/** What is lost of the next commit. */
let loss: "none" | "of the answer" | "of the commit" = "none";
let proxy: Server;
let database: DatabaseHandle;
let api: TestApi;

beforeAll(async () => {
  api = await startApi({
    async db(url) {
      proxy = createProxy(new URL(url)).listen(0, "127.0.0.1");
      await once(proxy, "listening");
      const through = new URL(url);
      through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      database = createDatabase({ url: through.href, applicationName: "test" });
      return database.db;
    },
  });
});
afterAll(async () => {
  await api?.close();
  await database?.close();
  if (proxy) await once(proxy.close(), "close");
});

/** Between the API and PostgreSQL. A commit is a message of its own there: `Q`, its length, `commit`, a zero. */
function createProxy(target: URL): Server {
  return createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const close = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", close).on("close", close);
    client.on("data", (bytes) => {
      if (!bytes.includes("commit\0") || loss === "none") return server.write(bytes);
      if (loss === "of the commit") close();
      else server.off("data", pass).once("data", close).write(bytes);
      loss = "none";
    });
    const pass = (bytes: Buffer) => client.write(bytes);
    server.on("data", pass);
  });
}

function send(next: typeof loss, key?: string): Promise<Response> {
  loss = next;
  return fetch(`${api.url}/v1/imports/users`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", ...(key && { "idempotency-key": key }) },
    body: '{"email":"ada@example.com","name":"Ada"}',
  });
}

const storedJobs = () => api.database.db.selectFrom("jobs").select(["id", "state"]).execute();

describe("a commit whose answer is lost", () => {
  it("but that happened is answered with its 202", async () => {
    const response = await send("of the answer");
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as JobView;
    expect(await storedJobs()).toEqual([{ id, state: "queued" }]);
    await api.database.db.deleteFrom("jobs").execute();
  });

  it("and that did not happen is a 503 which leaves nothing behind", async () => {
    const response = await send("of the commit");
    expect(response.status).toBe(503);
    expect(await storedJobs()).toEqual([]);
  });

  it("answers the same request later with the same job", async () => {
    const first = (await (await send("of the answer", "lost")).json()) as JobView;
    const second = await send("none", "lost");
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(((await second.json()) as JobView).id).toBe(first.id);
    expect(await storedJobs()).toHaveLength(1);
  });
});
