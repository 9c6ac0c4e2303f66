import { createDatabase } from "@longshore/shared/db/create-database";
import { parseKeysCommand } from "@longshore/shared/keys/parse-keys-command";
import { runKeysCommand } from "@longshore/shared/keys/run-keys-command";
import { readKeysConfig } from "./config.ts";

/** What `npm run keys` does, for containers, which have no npm: `node dist/keys.js create …`. */
const { DATABASE_URL } = readKeysConfig();
const database = createDatabase({ url: DATABASE_URL, applicationName: "longshore-keys", max: 1 });
try {
  const { result, remark } = await runKeysCommand(database.db, parseKeysCommand(process.argv.slice(2)));
  if (result !== undefined) process.stdout.write(`${result}\n`);
  if (remark !== undefined) process.stderr.write(`${remark}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await database.close();
}
