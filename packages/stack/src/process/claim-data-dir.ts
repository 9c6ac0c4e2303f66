import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pidFileOf } from "../data-dir.ts";
import type { Say } from "../terminal/say.ts";
import { findLivePid, readPidFile, removePidFile } from "./pid-file.ts";
import { waitUntil } from "./wait-until.ts";

export type ClaimOptions = {
  say: Say;
  /** Aborts when this process begins to stop: whoever starts from then on waits for its end. */
  signal: AbortSignal;
};

/** Longer than a stack takes to drain. */
const stopsWithinMs = 60_000;

/**
 * Takes a data directory for this process; disposal gives it back. Throws, naming the process that has it, unless that
 * one is just stopping: npm does not wait for it after a SIGTERM, so a restart may come too early.
 */
export async function claimDataDir(dataDir: string, { say, signal }: ClaimOptions): Promise<Disposable> {
  const pidFile = pidFileOf(dataDir, "stack");
  const stoppingFile = join(dataDir, "run", "stack.stopping");
  mkdirSync(dirname(pidFile), { recursive: true });

  while (!tryLink(pidFile)) {
    const owner = findLivePid(pidFile);
    if (owner === undefined) removePidFile(pidFile, readPidFile(pidFile));
    else if (existsSync(stoppingFile)) await waitForEnd(owner, pidFile, say);
    else throw new Error(refusal(owner, dataDir));
  }

  rmSync(stoppingFile, { force: true });
  const announceStop = (): void => writeFileSync(stoppingFile, "");
  signal.addEventListener("abort", announceStop);
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", announceStop);
      rmSync(stoppingFile, { force: true });
      removePidFile(pidFile, process.pid);
    },
  };
}

function refusal(owner: number, dataDir: string): string {
  return [
    `Process ${owner} already runs a stack on ${dataDir}. Ways out:`,
    `  - stop it: kill ${owner}`,
    "  - start another one beside it: PORT=8081 LONGSHORE_DATA_DIR=.longshore-2 npm start",
  ].join("\n");
}

async function waitForEnd(owner: number, pidFile: string, say: Say): Promise<void> {
  say(`Waiting for process ${owner}, which is stopping …`);
  await waitUntil(`process ${owner} to end`, () => findLivePid(pidFile) !== owner || undefined, {
    deadlineMs: stopsWithinMs,
  });
}

/** A link is made or refused in one step, with the id already in the file. */
function tryLink(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${process.pid}\n`);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
