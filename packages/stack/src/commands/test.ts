/** `npm test`: every test, on a PostgreSQL and a Redis of its own, and in a browser. Arguments go to vitest. */
import { findChromium } from "../browser/find-chromium.ts";
import { runVitest } from "../checks/run-vitest.ts";
import { killAll } from "../process/leftovers.ts";
import { runCommand } from "../run-command.ts";
import { startScratchServices } from "../scratch-services.ts";
import { say } from "../terminal/say.ts";

await runCommand(async ({ signal, onForce }) => {
  await using services = await startScratchServices(say);
  onForce(() => killAll(services.dataDir));

  const chromium = await findChromium(say);
  const env = { DATABASE_URL: services.postgres.url, REDIS_URL: services.redis.url, CHROMIUM: chromium };
  const { passed, failed, skipped, code } = await runVitest({ args: process.argv.slice(2), env, signal });
  if (skipped > 0) say(`${skipped} skipped`);
  // An error outside of any test makes vitest fail with every test passed.
  const isUnexplained = code !== 0 && failed === 0;
  if (isUnexplained) say(`vitest ended with exit code ${code}, see above`);
  say(`${passed} passed, ${isUnexplained ? 1 : failed} failed`);
  return code;
});
