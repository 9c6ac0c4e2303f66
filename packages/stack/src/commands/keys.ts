/** `npm run keys`: makes, lists and revokes API keys. On stdout is only what a program would capture. */
import { parseKeysCommand } from "@longshore/shared/keys/parse-keys-command";
import { runKeysCommand } from "@longshore/shared/keys/run-keys-command";
import { readStackConfig } from "../config.ts";
import { runCommand } from "../run-command.ts";
import { reachDatabase } from "../supervisor/reach-database.ts";
import { say, sayAside } from "../terminal/say.ts";
import { useDatabase } from "../use-database.ts";

await runCommand(async ({ signal }) => {
  const command = parseKeysCommand(process.argv.slice(2));
  await using database = await reachDatabase(readStackConfig(), { say: sayAside, signal });
  const { result, remark } = await useDatabase(database.url, (db) => runKeysCommand(db, command));
  if (result !== undefined) say(result);
  if (remark !== undefined) sayAside(remark);
});
