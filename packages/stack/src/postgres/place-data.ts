import { createHash } from "node:crypto";
import { chownSync, existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { findPostmaster } from "./find-postmaster.ts";
import type { SystemUser } from "./find-postgres-user.ts";
import { isReachable } from "./is-reachable.ts";
import { createSharedFolder } from "./shared-folder.ts";
import type { Say } from "../terminal/say.ts";

/**
 * Returns the folder that holds the cluster: `<dataDir>/postgres`, or where the link of that name points when the data
 * directory is out of reach for PostgreSQL's own user.
 */
export function placeData(dataDir: string, user: SystemUser | undefined, say: Say): string {
  const entry = join(dataDir, "postgres");
  if (user && !isPresent(entry) && !isReachable(dataDir, user)) {
    const target = join(createSharedFolder(), `data-${shortHash(realpathSync(dataDir))}`);
    removeForsaken(target);
    symlinkSync(target, entry);
    say(`The user "${user.name}" cannot reach ${dataDir}: PostgreSQL's data goes to ${target}, linked from there`);
  }

  const home = isLink(entry) ? readlinkSync(entry) : entry;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (!user) return home;

  chownSync(home, user.uid, user.gid);
  if (isReachable(home, user)) return home;
  throw new Error(
    `The user "${user.name}" can no longer reach ${home}. Open its parents again (chmod o+x), or choose another LONGSHORE_DATA_DIR.`,
  );
}

/** Removes the link's target too. For data directories that were made for one run. */
export function removeDataDir(dataDir: string): void {
  const entry = join(dataDir, "postgres");
  if (isLink(entry)) rmSync(readlinkSync(entry), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

/** The data of a data directory that was deleted, and its link with it: whoever did that expects to begin anew. */
function removeForsaken(target: string): void {
  if (!existsSync(target)) return;
  const pid = findPostmaster(join(target, "data"));
  if (pid)
    throw new Error(`PostgreSQL (process ${pid}) still runs on the data of a deleted data directory. Stop it first.`);
  rmSync(target, { recursive: true });
}

function isPresent(entry: string): boolean {
  return lstatSync(entry, { throwIfNoEntry: false }) !== undefined;
}

function isLink(entry: string): boolean {
  return lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
