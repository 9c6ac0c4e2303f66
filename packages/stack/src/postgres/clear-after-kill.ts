import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "../process/wait-until.ts";
import { findPostmaster } from "./find-postmaster.ts";
import { findProcessesIn } from "./find-processes-in.ts";

/**
 * Cleans up after a PostgreSQL that was killed outright. Its lock file stays, and would be believed if a stranger had got
 * the same process id; a backend may outlive it for a moment, and while one does, no new server starts.
 */
export async function clearAfterKill(cluster: string): Promise<void> {
  const lockFile = join(cluster, "postmaster.pid");
  if (!existsSync(lockFile)) return;
  const running = findPostmaster(cluster);
  if (running) throw new Error(`PostgreSQL already runs on ${cluster} (process ${running}).`);

  for (const pid of findProcessesIn(cluster)) process.kill(pid, "SIGKILL");
  await waitUntil(
    "the former PostgreSQL's last process to end",
    () => findProcessesIn(cluster).length === 0 || undefined,
    {
      deadlineMs: 10_000,
    },
  );
  rmSync(lockFile);
}
