/** `npm run services`: PostgreSQL and Redis alone, for development. Prints what to export, stays up until Ctrl-C. */
import { once } from "node:events";
import { readStackConfig } from "../config.ts";
import { killAll } from "../process/leftovers.ts";
import { runCommand } from "../run-command.ts";
import { startServices } from "../supervisor/start-services.ts";
import { takeDataDir } from "../supervisor/take-data-dir.ts";
import { say, sayAside } from "../terminal/say.ts";

await runCommand(async ({ signal, onForce }) => {
  const config = readStackConfig();
  using _dataDir = await takeDataDir(config.LONGSHORE_DATA_DIR, { say: sayAside, signal });
  onForce(() => killAll(config.LONGSHORE_DATA_DIR));
  await using services = await startServices(config, sayAside);
  say(`export DATABASE_URL='${services.databaseUrl}'`);
  say(`export REDIS_URL='${services.redisUrl}'`);
  if (!signal.aborted) await once(signal, "abort");
});
