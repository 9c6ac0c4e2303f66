import { randomBytes } from "node:crypto";
import pg from "pg";
import { createDatabase, type DatabaseHandle, type DatabaseOptions } from "../db/create-database.ts";
import { migrateToLatest } from "../db/migrate.ts";
import { readTestConfig } from "./config.ts";

export type TestDatabase = DatabaseHandle & { url: string };

/** A database of its own for one test file, migrated; `close` drops it. */
export async function createTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(`create database ${name}`);
  const url = new URL(readTestConfig().DATABASE_URL);
  url.pathname = `/${name}`;
  await migrateToLatest(url.href);

  const handle = createDatabase({ url: url.href, applicationName: "longshore-test", ...options });
  return {
    ...handle,
    url: url.href,
    async close() {
      await handle.close();
      await onServer(`drop database ${name} with (force)`);
    },
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: readTestConfig().DATABASE_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
