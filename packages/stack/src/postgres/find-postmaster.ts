import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findProcessesIn } from "./find-processes-in.ts";

/** The id of the PostgreSQL that runs on a cluster; its lock file alone may be stale, and the id a stranger's by now. */
export function findPostmaster(cluster: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n")[0]);
    return findProcessesIn(cluster).find((candidate) => candidate === pid);
  } catch {
    return undefined;
  }
}
