import type { Say } from "../terminal/say.ts";
import { findProgram } from "./find-program.ts";
import { installRedis } from "./install-redis.ts";

const programs = ["redis-server", "valkey-server"];

/** The path of the machine's Redis or Valkey; root gets one installed when there is none. */
export async function findRedis(say: Say = () => {}): Promise<string> {
  const present = findProgram(programs);
  if (present) return present;

  let failure: Error | undefined;
  if (process.getuid?.() === 0) await installRedis(say).catch((error: Error) => (failure = error));
  const installed = findProgram(programs);
  if (installed) return installed;

  const waysOut = [
    "There is no redis-server or valkey-server on this machine. Ways out:",
    "  - install it: sudo apt-get install redis-server, sudo dnf install valkey, apk add redis, brew install redis",
    "  - use one that runs elsewhere: REDIS_URL=redis://host:6379 npm start",
    "  - run everything in containers: docker compose up",
  ];
  if (failure) waysOut.push("", `Installing it failed: ${failure.message}`);
  throw new Error(waysOut.join("\n"), { cause: failure });
}
