import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SystemUser } from "./find-postgres-user.ts";
import { locateBinaries } from "./locate-binaries.ts";
import { createSharedFolder } from "./shared-folder.ts";
import type { Say } from "../terminal/say.ts";

/**
 * Returns a folder with `bin/postgres` and `bin/initdb` that the user can run. A checkout in a private directory (such
 * as /root, or a mktemp one) is out of another user's reach: then it is a copy, made once for each version.
 */
export function placeBinaries(user: SystemUser | undefined, say: Say): string {
  const { folder, version } = locateBinaries();
  if (!user || canRun(folder, user)) return folder;

  const copy = join(createSharedFolder(), `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  say(`The user "${user.name}" cannot reach this checkout: copying PostgreSQL's programs to ${copy}`);
  const draft = `${copy}.${process.pid}`;
  cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  moveUnlessPresent(draft, copy);
  return copy;
}

function canRun(folder: string, user: SystemUser): boolean {
  const { uid, gid } = user;
  return spawnSync(join(folder, "bin", "postgres"), ["--version"], { uid, gid, cwd: "/" }).status === 0;
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || entry.parentPath === join(folder, "bin");
    chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}

/** Another stack may have made the same copy meanwhile. */
function moveUnlessPresent(draft: string, target: string): void {
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(target)) throw error;
  }
}
