import { waitUntilReady } from "../process/wait-until-ready.ts";
import type { Say } from "../terminal/say.ts";
import { endWhenDead } from "./end-when-dead.ts";
import { isAppLive } from "./is-app-live.ts";
import { isAppReady } from "./is-app-ready.ts";
import { type AppSpec, startApp } from "./start-app.ts";
import { supervise } from "./supervise.ts";

export type AppsOptions = {
  say: Say;
  signal?: AbortSignal | undefined;
  /** For each app, from its start. */
  readyWithinMs?: number;
};

/** Starts apps side by side and resolves when all are ready. Supervises them until disposal, which drains them together. */
export async function startApps(specs: readonly AppSpec[], options: AppsOptions): Promise<AsyncDisposable> {
  const { say, signal, readyWithinMs = 60_000 } = options;
  const processes = await Promise.all(specs.map(startApp));
  try {
    for (const [index, process] of processes.entries()) {
      const { name, url } = specs[index]!;
      await waitUntilReady(process, () => isAppReady(url), { deadlineMs: readyWithinMs, signal });
      say(`${name.padEnd(10)} ${url}, process ${process.pid}`);
    }
  } catch (error) {
    await Promise.all(processes.map((process) => process.stop()));
    throw error;
  }

  const apps = processes.map((process, index) => supervise(process, () => startApp(specs[index]!), say));
  const stopping = new AbortController();
  const watching = apps.map(({ current }, index) => {
    const isLive = () => isAppLive(specs[index]!.url);
    return endWhenDead(current, { isLive, say, signal: stopping.signal });
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.allSettled(watching);
      await Promise.all(apps.map((app) => app.stop()));
    },
  };
}
