import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeDataDir } from "./postgres/place-data.ts";
import { startPostgres } from "./postgres/start-postgres.ts";
import type { Service } from "./process/service.ts";
import { startRedis } from "./redis/start-redis.ts";
import type { Say } from "./terminal/say.ts";

export type ScratchServices = AsyncDisposable & { postgres: Service; redis: Service; dataDir: string };

/** A PostgreSQL and a Redis of their own, empty, on free ports; disposal stops them and deletes everything. */
export async function startScratchServices(say?: Say): Promise<ScratchServices> {
  await using cleanup = new AsyncDisposableStack();
  const dataDir = createScratchDataDir();
  cleanup.defer(() => removeDataDir(dataDir));

  const options = say ? { dataDir, say } : { dataDir };
  const postgres = await startPostgres(options);
  cleanup.defer(async () => void (await postgres.stop()));
  const redis = await startRedis(options);
  cleanup.defer(async () => void (await redis.stop()));

  const owned = cleanup.move();
  return { postgres, redis, dataDir, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A fresh data directory. Delete it with `removeDataDir`. */
export function createScratchDataDir(): string {
  return mkdtempSync(join(tmpdir(), "longshore-"));
}
