import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "@longshore/shared/db/create-database";
import { hasOpenssl } from "@longshore/shared/testing/has-openssl";
import { startServer, type Answer } from "@longshore/shared/testing/start-server";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startFaultStack, type FaultStack } from "../faults/start-fault-stack.ts";
import { connectOnce } from "./connect-once.ts";
import { createClient } from "./create-client.ts";
import { settings } from "./start-topology.ts";
import { startTlsServices, type TlsServices } from "./start-tls-services.ts";
import { stateFacts } from "./state-facts.ts";

describe.skipIf(!hasOpenssl())("on a PostgreSQL and a Redis that ask for TLS and a password, Longshore", () => {
  let services: TlsServices;
  let stack: FaultStack;
  const cleanup = new AsyncDisposableStack();
  beforeAll(async () => {
    services = cleanup.use(await startTlsServices());
    const { databaseUrl, redisUrl, certificates } = services;
    const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, NODE_EXTRA_CA_CERTS: certificates.ca };
    stack = cleanup.use(await startFaultStack({ ...settings, ...env }, services));
  });
  afterAll(() => cleanup.disposeAsync());

  stateFacts(() => stack);

  it("calls https where NODE_EXTRA_CA_CERTS vouches for the server, and not where nobody does", async () => {
    const answer: Answer = (_request, response) => response.end("ok");
    await using known = await startServer(answer, { certificates: services.certificates });
    await using unknown = await startServer(answer, { certificates: services.strangers });
    const client = createClient(stack.url);
    const job = await client.submit("urls.fetch", { urls: [known.url, unknown.url] });
    expect(await client.untilOver(job)).toMatchObject({
      state: "succeeded",
      result: { items: [{ status: 200 }, { error: { code: "connection_failed" } }] },
    });
    const webhook = { url: `${known.url}/hook` };
    await client.submit("sleep", { durationMs: 1 }, { webhook });
    await waitFor("the webhook", async () => known.paths.includes("/hook"));
  });

  it("has no connection to PostgreSQL that is not encrypted", async () => {
    const { rows } = await stack.database.pool.query<{ app: string; ssl: boolean }>(
      `select distinct application_name as app, ssl from pg_stat_ssl join pg_stat_activity using (pid)
       where application_name like 'longshore-%' order by 1, 2`,
    );
    expect(rows).toEqual(["longshore-api", "longshore-oracle", "longshore-worker"].map((app) => ({ app, ssl: true })));
  });

  it("refuses a PostgreSQL whose certificate is signed by somebody else", async () => {
    const url = `${services.databaseUrl}&sslrootcert=${services.strangers.ca}`;
    const database = createDatabase({ url, applicationName: "topologies", max: 1 });
    await expect(database.pool.query("select 1")).rejects.toThrow("certificate");
    await database.close();
  });

  it("is refused without the password, and without TLS", async () => {
    const withoutPassword = new URL(services.redisUrl);
    withoutPassword.password = "";
    await expect(connectAndPing(withoutPassword.href)).rejects.toThrow();
    await expect(connectAndPing(services.redisUrl.replace("rediss:", "redis:"))).rejects.toThrow();
    const plain = createDatabase({
      url: services.databaseUrl.replace("verify-full", "disable"),
      applicationName: "topologies",
      max: 1,
    });
    await expect(plain.pool.query("select 1")).rejects.toThrow("no encryption");
    await plain.close();
  });
});

async function connectAndPing(url: string): Promise<string> {
  await using redis = await connectOnce(url);
  return await redis.client.ping();
}
