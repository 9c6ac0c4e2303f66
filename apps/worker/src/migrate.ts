import { createDatabase } from "@longshore/shared/db/create-database";
import { migrateToLatest } from "@longshore/shared/db/migrate";
import { bootstrapKey } from "@longshore/shared/keys/bootstrap-key";
import { createLogger } from "@longshore/shared/logger";
import { readMigrateConfig } from "./config.ts";

/** A process of its own, run once before a deployment's new version starts. */
const { DATABASE_URL, BOOTSTRAP_API_KEY } = readMigrateConfig();
const log = createLogger("migrate", "info");
log.info({ applied: await migrateToLatest(DATABASE_URL) }, "migrated");

if (BOOTSTRAP_API_KEY) {
  const database = createDatabase({ url: DATABASE_URL, applicationName: "longshore-migrate", max: 1 });
  await bootstrapKey(database.db, BOOTSTRAP_API_KEY);
  await database.close();
  log.info({ keyId: BOOTSTRAP_API_KEY.id }, "BOOTSTRAP_API_KEY is stored");
}
