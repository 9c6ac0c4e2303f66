import { chmodSync, chownSync, copyFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDatabase } from "@longshore/shared/db/create-database";
import { makeCertificates, type Certificates } from "@longshore/shared/testing/make-certificates";
import { trustAuthority } from "@longshore/shared/testing/trust-authority";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { removeDataDir } from "@longshore/stack/postgres/place-data";
import { startPostgres } from "@longshore/stack/postgres/start-postgres";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { createScratchDataDir } from "@longshore/stack/scratch-services";
import { startRedisNode } from "./start-redis-node.ts";

export type TlsServices = AsyncDisposable & {
  databaseUrl: string;
  redisUrl: string;
  certificates: Certificates;
  /** Signed by an authority that nobody here knows. */
  strangers: Certificates;
};

/** A PostgreSQL and a Redis that take nobody without TLS and a password. This process trusts their certificates from now on. */
export async function startTlsServices(): Promise<TlsServices> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = createScratchDataDir();
  cleanup.defer(() => removeDataDir(dataDir));
  const certificates = makeCertificates(join(dataDir, "certificates"));
  trustAuthority(certificates);

  const postgres = await startPostgres({ dataDir });
  cleanup.defer(async () => void (await postgres.stop()));
  const databaseUrl = postgres.url.replace("127.0.0.1", "localhost") + "?sslmode=verify-full";
  await encryptPostgres(postgres.url, databaseUrl, certificates);

  const port = await findFreePort();
  const redisUrl = `rediss://longshore:a%20p%40ss@localhost:${port}`;
  const redis = await startRedisNode({
    dataDir,
    name: "redis-tls",
    url: redisUrl,
    certificates,
    settings: [
      "user default off",
      'user longshore on "~*" "&*" "+@all" ">a p@ss"',
      "appendonly yes",
      "maxmemory-policy noeviction",
    ],
  });
  cleanup.defer(async () => void (await redis.stop()));

  const strangers = makeCertificates(join(dataDir, "strangers"));
  const owned = cleanup.move();
  return { databaseUrl, redisUrl, certificates, strangers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Has a running PostgreSQL speak TLS, and nothing else to anybody. */
async function encryptPostgres(plainUrl: string, url: string, { cert, key }: Certificates): Promise<void> {
  const plain = createDatabase({ url: plainUrl, applicationName: "topologies", max: 1 });
  const { rows } = await plain.pool.query<{ data: string; hba: string }>(
    "select current_setting('data_directory') as data, current_setting('hba_file') as hba",
  );
  const { data, hba } = rows[0]!;
  const { uid, gid } = statSync(data);
  for (const [from, name] of [
    [cert, "server.crt"],
    [key, "server.key"],
  ] as const) {
    const to = join(data, name);
    copyFileSync(from, to);
    chownSync(to, uid, gid);
    chmodSync(to, 0o600);
  }
  writeFileSync(hba, ["127.0.0.1/32", "::1/128"].map((from) => `hostssl all all ${from} scram-sha-256\n`).join(""));
  await plain.pool.query("alter system set ssl = on");
  await plain.pool.query("select pg_reload_conf()");
  await plain.close();

  const encrypted = createDatabase({ url, applicationName: "topologies", max: 1 });
  await waitFor("PostgreSQL to speak TLS", async () =>
    encrypted.pool.query("select 1").then(
      () => true,
      () => false,
    ),
  );
  await encrypted.close();
}
