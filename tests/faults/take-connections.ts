import { createDatabase } from "@longshore/shared/db/create-database";
import type { FaultStack } from "./start-fault-stack.ts";

/** Takes all connections that PostgreSQL has, also those of the apps, and keeps them until `release`. */
export async function takeConnections({ database, databaseUrl }: FaultStack): Promise<{ release(): Promise<void> }> {
  const taker = createDatabase({ url: databaseUrl, applicationName: "longshore-taker", max: 1_000 });
  const oracle = await database.pool.connect();
  const taken: { release(): void }[] = [];

  async function takeAll(): Promise<void> {
    for (;;) {
      const client = await taker.pool.connect().catch(() => undefined);
      if (!client) return;
      taken.push(client);
    }
  }

  async function endOthers(): Promise<number> {
    const { rowCount } = await oracle.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('longshore-api', 'longshore-worker')",
    );
    return rowCount ?? 0;
  }

  do await takeAll();
  while ((await endOthers()) > 0);
  return {
    async release() {
      for (const client of taken) client.release();
      oracle.release();
      await taker.pool.end();
    },
  };
}
