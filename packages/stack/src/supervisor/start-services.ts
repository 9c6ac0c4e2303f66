import type { StackConfig } from "../config.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import type { Service, ServiceOptions } from "../process/service.ts";
import { startRedis } from "../redis/start-redis.ts";
import type { Say } from "../terminal/say.ts";
import { choosePorts } from "./choose-ports.ts";
import { supervise } from "./supervise.ts";

export type Services = AsyncDisposable & { databaseUrl: string; redisUrl: string };

/** PostgreSQL and Redis, supervised: those that the configuration names, and private ones where it names none. */
export async function startServices(config: StackConfig, say: Say): Promise<Services> {
  const dataDir = config.LONGSHORE_DATA_DIR;
  const ports = await choosePorts(dataDir);
  await using cleanup = new AsyncDisposableStack();

  async function startSupervised(start: (options: ServiceOptions) => Promise<Service>, port: number): Promise<string> {
    const first = await start({ dataDir, port, say });
    const again = supervise(first, () => start({ dataDir, port, say }), say);
    cleanup.defer(() => again.stop());
    say(`${first.name.padEnd(10)} 127.0.0.1:${port}, process ${first.pid}`);
    return first.url;
  }

  const databaseUrl = config.DATABASE_URL ?? (await startSupervised(startPostgres, ports.postgres));
  const redisUrl = config.REDIS_URL ?? (await startSupervised(startRedis, ports.redis));
  const owned = cleanup.move();
  return { databaseUrl, redisUrl, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
