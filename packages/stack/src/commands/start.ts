/** `npm start`: the whole stack on this machine, with the cities of the world in it. Stays up until Ctrl-C. */
import { once } from "node:events";
import { hasKeys } from "@longshore/shared/keys/has-keys";
import { readStackConfig } from "../config.ts";
import { importCities } from "../demo/import-cities.ts";
import { inviteToTry } from "../demo/invite-to-try.ts";
import { killAll } from "../process/leftovers.ts";
import { runCommand } from "../run-command.ts";
import { startStack } from "../supervisor/start-stack.ts";
import { takeDataDir } from "../supervisor/take-data-dir.ts";
import { say } from "../terminal/say.ts";
import { useDatabase } from "../use-database.ts";

await runCommand(async ({ signal, onForce }) => {
  const config = readStackConfig();
  using _dataDir = await takeDataDir(config.LONGSHORE_DATA_DIR, { say, signal });
  onForce(() => killAll(config.LONGSHORE_DATA_DIR));
  signal.addEventListener("abort", () => say("\nDraining. Press Ctrl-C again to kill at once."));

  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => void (signal.aborted && say("Stopped.")));
  const stack = cleanup.use(await startStack(config, { say, signal }));
  if (config.LONGSHORE_DEMO) await importCities(stack, { say, signal });
  inviteToTry(stack.apiUrl, { needsKey: await useDatabase(stack.databaseUrl, hasKeys) }, say);
  if (!signal.aborted) await once(signal, "abort");
});
