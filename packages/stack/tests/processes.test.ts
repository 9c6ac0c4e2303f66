import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { logFileOf, pidFileOf } from "../src/data-dir.ts";
import { claimDataDir } from "../src/process/claim-data-dir.ts";
import { stopLeftovers } from "../src/process/leftovers.ts";
import { readLogTail } from "../src/process/log-file.ts";
import { findLivePid, writePidFile } from "../src/process/pid-file.ts";
import { isAlive } from "../src/process/process-state.ts";
import { type ManagedProcess, startProcess } from "../src/process/start-process.ts";
import { waitUntil } from "../src/process/wait-until.ts";
import { endWithTest, scratchDataDir } from "./scratch-data-dir.ts";

async function startScript(dataDir: string, name: string, script: string, graceMs = 5_000): Promise<ManagedProcess> {
  const file = join(dataDir, `${name}.mjs`);
  writeFileSync(file, script);
  const started = await startProcess({
    name,
    command: process.execPath,
    args: [file],
    cwd: dataDir,
    env: {},
    logFile: logFileOf(dataDir, name),
    pidFile: pidFileOf(dataDir, name),
    stopSignal: "SIGTERM",
    graceMs,
  });
  return endWithTest(started);
}

const idle = "setInterval(() => {}, 1_000);";

describe("startProcess", () => {
  test("kills what does not heed its stop signal once the grace time is over", async () => {
    const dataDir = scratchDataDir();
    const script = `process.on("SIGTERM", () => {}); console.log("deaf now"); ${idle}`;
    const deaf = await startScript(dataDir, "deaf", script, 300);
    await waitUntil("it to be deaf", () => readLogTail(deaf.logFile).includes("deaf now") || undefined, {
      deadlineMs: 5_000,
    });

    expect(await deaf.stop()).toEqual({ code: null, signal: "SIGKILL" });
    expect(findLivePid(pidFileOf(dataDir, "deaf"))).toBeUndefined();
  });
});

describe("claimDataDir", () => {
  function claim(dataDir: string, signal = new AbortController().signal): Promise<Disposable> {
    return claimDataDir(dataDir, { say: () => {}, signal });
  }

  test("refuses a data directory that a living process has, naming that process", async () => {
    const dataDir = scratchDataDir();
    {
      using _taken = await claim(dataDir);
      await expect(claim(dataDir)).rejects.toThrow(`Process ${process.pid} already runs a stack`);
    }
    using _takenAgain = await claim(dataDir);
  });

  test("takes over from a process that was killed", async () => {
    const dataDir = scratchDataDir();
    const owner = await startScript(dataDir, "owner", idle);
    writePidFile(pidFileOf(dataDir, "stack"), owner.pid);
    await expect(claim(dataDir)).rejects.toThrow(`Process ${owner.pid} already`);
    await owner.kill();
    using _taken = await claim(dataDir);
  });

  test("waits for a process that is stopping", async () => {
    const dataDir = scratchDataDir();
    const stopping = new AbortController();
    const owner = await claim(dataDir, stopping.signal);
    stopping.abort();
    const successor = claim(dataDir);
    owner[Symbol.dispose]();
    using _taken = await successor;
  });
});

describe("stopLeftovers", () => {
  test("stops what a killed supervisor left running", async () => {
    const dataDir = scratchDataDir();
    const leftover = await startScript(dataDir, "worker-1", idle);
    const said: string[] = [];
    await stopLeftovers(dataDir, (line) => said.push(line));
    expect(isAlive(leftover.pid)).toBe(false);
    expect(said.join("\n")).toContain(`worker-1 (process ${leftover.pid})`);
  });

  test("leaves a stranger alone that was given the process id of a dead worker", async () => {
    const dataDir = scratchDataDir();
    const stranger = await startScript(dataDir, "stranger", idle);
    const pidFile = pidFileOf(dataDir, "stranger");
    const anHourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(pidFile, anHourAgo, anHourAgo);

    await stopLeftovers(dataDir, () => {});
    expect(isAlive(stranger.pid)).toBe(true);
  });
});
