import { join } from "node:path";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { startApps } from "@longshore/stack/supervisor/start-apps";
import type { Version } from "./copy-version.ts";
import type { Services } from "./start-fault-stack.ts";

export type StartedApp = AsyncDisposable & { url: string };

/** Starts an API or a worker of another version over the same services; its log is in the version's own folder. */
export async function startVersion(
  { root }: Version,
  app: "api" | "worker",
  { databaseUrl, redisUrl }: Services,
): Promise<StartedApp> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const entry = join(root, "apps", app, "src/main.ts");
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, HOST: "127.0.0.1", PORT: `${port}` };
  const apps = await startApps([{ name: `next-${app}`, entry, url, dataDir: join(root, "data"), env }], {
    say: () => {},
  });
  return { url, [Symbol.asyncDispose]: () => apps[Symbol.asyncDispose]() };
}
