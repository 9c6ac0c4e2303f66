import { describe, expect, onTestFinished, test } from "vitest";
import { pidFileOf } from "../src/data-dir.ts";
import { findFreePort } from "../src/process/find-free-port.ts";
import { readPidFile } from "../src/process/pid-file.ts";
import { isAlive } from "../src/process/process-state.ts";
import { waitUntil } from "../src/process/wait-until.ts";
import { isAppReady } from "../src/supervisor/is-app-ready.ts";
import type { AppSpec } from "../src/supervisor/start-app.ts";
import { startApps } from "../src/supervisor/start-apps.ts";
import { scratchDataDir } from "./scratch-data-dir.ts";

async function appSpec(dataDir: string, name: string, fixture = "app"): Promise<AppSpec> {
  const port = await findFreePort();
  const entry = `packages/stack/tests/fixtures/${fixture}.ts`;
  return { name, entry, dataDir, url: `http://127.0.0.1:${port}`, env: { PORT: String(port) } };
}

async function start(specs: AppSpec[]): Promise<{ said: string[]; stop: () => Promise<void> }> {
  const said: string[] = [];
  const apps = await startApps(specs, { say: (line) => said.push(line) });
  const stop = async (): Promise<void> => apps[Symbol.asyncDispose]();
  onTestFinished(stop);
  return { said, stop };
}

describe("startApps", () => {
  test("starts again what was killed, names the new process in its pid file, and says so", async () => {
    const dataDir = scratchDataDir();
    const spec = await appSpec(dataDir, "worker-1");
    const { said } = await start([spec]);
    const killed = readPidFile(pidFileOf(dataDir, "worker-1"))!;
    process.kill(killed, "SIGKILL");

    const successor = await waitUntil(
      "another process in the pid file",
      () => {
        const pid = readPidFile(pidFileOf(dataDir, "worker-1"));
        return pid === killed ? undefined : pid;
      },
      { deadlineMs: 10_000 },
    );
    await waitUntil("it to serve", async () => (await isAppReady(spec.url)) || undefined, { deadlineMs: 10_000 });
    expect(isAlive(successor)).toBe(true);
    expect(said.join("\n")).toContain("worker-1 ended by itself (SIGKILL)");
    expect(said.join("\n")).toContain(`worker-1 runs again, as process ${successor}`);
  });

  test("leaves no process and no pid file behind when it stops", async () => {
    const dataDir = scratchDataDir();
    const names = ["api", "worker-1", "worker-2"];
    const { stop } = await start(await Promise.all(names.map((name) => appSpec(dataDir, name))));
    const pids = names.map((name) => readPidFile(pidFileOf(dataDir, name))!);
    expect(pids.map(isAlive)).toEqual([true, true, true]);

    await stop();
    expect(pids.map(isAlive)).toEqual([false, false, false]);
    expect(names.map((name) => readPidFile(pidFileOf(dataDir, name)))).toEqual([undefined, undefined, undefined]);
  });

  test("fails with the end of its log when one of them dies at its start, and stops the others", async () => {
    const dataDir = scratchDataDir();
    const specs = [await appSpec(dataDir, "api"), await appSpec(dataDir, "worker-1", "broken-app")];
    await expect(start(specs)).rejects.toThrow("the roof is on fire");
    expect(await isAppReady(specs[0]!.url)).toBe(false);
  });
});
