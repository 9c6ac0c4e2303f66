import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "@longshore/shared/db/create-database";
import { findProgram } from "@longshore/stack/programs/find-program";
import { startFaultStack, type FaultStack } from "../faults/start-fault-stack.ts";
import { connectOnce } from "./connect-once.ts";
import { settings } from "./start-topology.ts";
import { startTlsServices, type TlsServices } from "./start-tls-services.ts";
import { stateFacts } from "./state-facts.ts";

const openssl = findProgram(["openssl"]);
if (!openssl) process.stdout.write("There is no openssl on this machine: what is said of encryption is not tested.\n");

describe.skipIf(!openssl)("on a PostgreSQL and a Redis that ask for TLS and a password, Longshore", () => {
  let services: TlsServices;
  let stack: FaultStack;
  const cleanup = new AsyncDisposableStack();
  beforeAll(async () => {
    services = cleanup.use(await startTlsServices(openssl!));
    const { databaseUrl, redisUrl, certificates } = services;
    const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, NODE_EXTRA_CA_CERTS: certificates.ca };
    stack = cleanup.use(await startFaultStack({ ...settings, ...env }, services));
  });
  afterAll(() => cleanup.disposeAsync());

  stateFacts(() => stack);

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
