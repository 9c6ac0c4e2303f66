import { join } from "node:path";
import { createTestDatabase } from "@longshore/shared/testing/create-test-database";
import { makeCertificates, type Certificates } from "@longshore/shared/testing/make-certificates";
import { trustAuthority } from "@longshore/shared/testing/trust-authority";
import { removeDataDir } from "@longshore/stack/postgres/place-data";
import { createScratchDataDir } from "@longshore/stack/scratch-services";
import { startFaultStack, type FaultStack } from "../faults/start-fault-stack.ts";

export type Topology<Redis> = AsyncDisposable & { stack: FaultStack; redis: Redis };

/** Two workers will do, and URLs of this machine are fetched. */
export const settings = { WORKERS: "2", FETCH_ALLOW_PRIVATE: "127.0.0.1/32" };

/**
 * A stack on the tests' PostgreSQL, and on a Redis that is started for it in a folder of its own; encrypted, if a certificate
 * is to be had for these names.
 */
export async function startTopology<Redis extends AsyncDisposable & { url: string }>(
  start: (dataDir: string, certificates?: Certificates) => Promise<Redis>,
  names?: string,
): Promise<Topology<Redis>> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = createScratchDataDir();
  cleanup.defer(() => removeDataDir(dataDir));
  const database = await createTestDatabase();
  cleanup.defer(() => database.close());
  const certificates = names ? makeCertificates(join(dataDir, "certificates"), names) : undefined;
  if (certificates) trustAuthority(certificates);
  const redis = cleanup.use(await start(dataDir, certificates));
  const trust = certificates && { NODE_EXTRA_CA_CERTS: certificates.ca };
  const env = { ...settings, ...trust, DATABASE_URL: database.url, REDIS_URL: redis.url };
  const stack = cleanup.use(await startFaultStack(env, { databaseUrl: database.url, redisUrl: redis.url }));
  const owned = cleanup.move();
  return { stack, redis, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
