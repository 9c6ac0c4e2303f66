import { realpathSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import type { SystemUser } from "./find-postgres-user.ts";

/** Whether a user may walk down to a directory: every directory on the way, itself included, must let it pass. */
export function isReachable(directory: string, user: SystemUser): boolean {
  for (let step = realpathSync(directory); ; step = dirname(step)) {
    if (!mayPass(statSync(step), user)) return false;
    if (step === dirname(step)) return true;
  }
}

function mayPass({ mode, uid, gid }: Stats, user: SystemUser): boolean {
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
