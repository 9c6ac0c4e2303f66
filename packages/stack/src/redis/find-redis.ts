import { findOrInstall, type Wanted } from "../programs/find-or-install.ts";
import type { Say } from "../terminal/say.ts";

const redis: Wanted = {
  title: "Redis",
  programs: ["redis-server", "valkey-server"],
  packages: { "apt-get": ["redis-server"], dnf: ["valkey", "redis"], apk: ["redis", "valkey"] },
  service: "redis-server",
};

/** The path of the machine's Redis or Valkey; root gets one installed when there is none. */
export async function findRedis(say: Say = () => {}): Promise<string> {
  const found = await findOrInstall(redis, say);
  if (found.path) return found.path;

  const waysOut = [
    "There is no redis-server or valkey-server on this machine. Ways out:",
    "  - install it: sudo apt-get install redis-server, sudo dnf install valkey, apk add redis, brew install redis",
    "  - use one that runs elsewhere: REDIS_URL=redis://host:6379 npm start",
    "  - run everything in containers: docker compose up",
  ];
  if (found.failure) waysOut.push("", `Installing it failed: ${found.failure.message}`);
  throw new Error(waysOut.join("\n"), { cause: found.failure });
}
