import { readdirSync, readlinkSync, realpathSync } from "node:fs";

/** The processes whose working directory this is: PostgreSQL's all work in their cluster. Linux only. */
export function findProcessesIn(directory: string): number[] {
  const real = realpathSync(directory);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && workingDirectoryOf(pid) === real);
}

function workingDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
