import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pidFileOf } from "../data-dir.ts";
import { findLivePid, readPidFile, removePidFile } from "./pid-file.ts";

/** Takes a data directory for this process, or throws, naming the process that has it. Returns what gives it back. */
export function claimDataDir(dataDir: string): () => void {
  const file = pidFileOf(dataDir, "stack");
  mkdirSync(dirname(file), { recursive: true });
  while (!tryLink(file)) {
    const owner = findLivePid(file);
    if (owner) {
      throw new Error(
        `Process ${owner} already runs a stack on ${dataDir}. Stop it (kill ${owner}), or start another one beside it: PORT=8081 LONGSHORE_DATA_DIR=.longshore-2 npm start`,
      );
    }
    const dead = readPidFile(file);
    if (dead) removePidFile(file, dead);
  }
  return () => removePidFile(file, process.pid);
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
