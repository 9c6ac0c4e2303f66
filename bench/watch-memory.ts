import { readFile, writeFile } from "node:fs/promises";

export type MemoryWatch = {
  /** The most that each process had resident since the watch began, in MiB. */
  peaks(): Promise<Record<string, number>>;
};

/** Starts watching processes, by name and id: the kernel keeps their peak, which is reset first. */
export async function watchMemory(pids: Readonly<Record<string, number>>): Promise<MemoryWatch> {
  await Promise.all(Object.values(pids).map((pid) => writeFile(`/proc/${pid}/clear_refs`, "5")));
  return {
    async peaks() {
      const peaks = await Promise.all(
        Object.entries(pids).map(async ([name, pid]) => [name, await peakOf(pid)] as const),
      );
      return Object.fromEntries(peaks);
    },
  };
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
}
