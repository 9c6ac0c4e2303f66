import { readFileSync } from "node:fs";

/** Linux counts a process's start in hundredths of a second for every program outside the kernel. */
const msPerTick = 10;

/** Whether a process exists and is more than a zombie that nobody has collected yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return readStat(pid)?.state !== "Z";
}

/** When a process began, in milliseconds since the epoch, told by this process's own start. Linux only. */
export function processStartedAt(pid: number): number | undefined {
  const other = readStat(pid);
  const own = readStat(process.pid);
  if (!other || !own) return undefined;
  const ownStartMs = Date.now() - process.uptime() * 1000;
  return ownStartMs + (other.startTicks - own.startTicks) * msPerTick;
}

function readStat(pid: number): { state: string; startTicks: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold anything, parentheses too.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}
