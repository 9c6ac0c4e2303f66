import { Migrator } from "kysely/migration";
import { createDatabase } from "./create-database.ts";
import { migrations } from "./migrations.ts";

/**
 * Brings the database up to the newest migration and returns the names of those applied now. Kysely's Migrator holds
 * an advisory lock meanwhile, so several processes may call this at once.
 */
export async function migrateToLatest(databaseUrl: string): Promise<string[]> {
  const database = createDatabase({
    url: databaseUrl,
    applicationName: "longshore-migrate",
    max: 2,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
  });
  try {
    const migrator = new Migrator({ db: database.db, provider: { getMigrations: async () => migrations } });
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error) throw error;
    return results.map((result) => result.migrationName);
  } finally {
    await database.close();
  }
}
