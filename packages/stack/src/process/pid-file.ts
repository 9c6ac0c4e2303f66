import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isAlive, processStartedAt } from "./process-state.ts";

/** A process's start is known less exactly than a file's time; no id comes round again so soon. */
const clockSlackMs = 1_000;

/** Writes the id in one step: a reader sees the old one or the new one, never half of it. */
export function writePidFile(file: string, pid: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${pid}\n`);
  renameSync(`${file}.new`, file);
}

export function readPidFile(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

export function removePidFile(file: string, pid: number | undefined): void {
  if (readPidFile(file) === pid) rmSync(file, { force: true });
}

/**
 * The process that a pid file speaks of, if it still lives. A process which began after the file was written is a
 * stranger that was given a used id.
 */
export function findLivePid(file: string): number | undefined {
  const pid = readPidFile(file);
  if (!pid || !isAlive(pid)) return undefined;
  const startedAt = processStartedAt(pid);
  const writtenAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (startedAt === undefined || writtenAt === undefined) return undefined;
  return startedAt <= writtenAt + clockSlackMs ? pid : undefined;
}
