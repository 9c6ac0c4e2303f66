import { databaseEnvironment } from "@longshore/shared/config/environment";
import { parseConfig } from "@longshore/shared/config/parse-config";
import { migrateToLatest } from "@longshore/shared/db/migrate";
import { createLogger } from "@longshore/shared/logger";

/** A process of its own, run once before a deployment's new version starts. */
const { DATABASE_URL } = parseConfig(databaseEnvironment, process.env);
const log = createLogger("migrate", "info");
log.info({ applied: await migrateToLatest(DATABASE_URL) }, "migrated");
