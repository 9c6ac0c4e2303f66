import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StackConfig } from "../config.ts";
import { pidFileOf } from "../data-dir.ts";
import { privateUrl } from "../postgres/private-url.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import type { ClaimOptions } from "../process/claim-data-dir.ts";
import { findLivePid } from "../process/pid-file.ts";
import { readPorts } from "./read-ports.ts";
import { takeDataDir } from "./take-data-dir.ts";

export type ReachedDatabase = AsyncDisposable & { url: string };

/**
 * The database of a stack, whether that runs or not: the one that the configuration names, else that of the data directory,
 * which is started, until disposal, where nothing runs. Throws if there is none.
 */
export async function reachDatabase(config: StackConfig, options: ClaimOptions): Promise<ReachedDatabase> {
  const { DATABASE_URL, LONGSHORE_DATA_DIR: dataDir } = config;
  if (DATABASE_URL) return { url: DATABASE_URL, [Symbol.asyncDispose]: async () => {} };
  if (!existsSync(join(dataDir, "postgres"))) {
    throw new Error(`There is no database: DATABASE_URL is not set, and no stack was ever started in ${dataDir}.`);
  }

  const ports = readPorts(dataDir);
  if (ports && findLivePid(pidFileOf(dataDir, "postgres")))
    return { url: privateUrl(dataDir, ports.postgres), [Symbol.asyncDispose]: async () => {} };

  await using cleanup = new AsyncDisposableStack();
  cleanup.use(await takeDataDir(dataDir, options));
  const postgres = await startPostgres({ dataDir, say: options.say });
  cleanup.defer(async () => void (await postgres.stop()));
  const owned = cleanup.move();
  return { url: postgres.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
