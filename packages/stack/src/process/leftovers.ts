import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Say } from "../terminal/say.ts";
import { findLivePid } from "./pid-file.ts";
import { isAlive } from "./process-state.ts";
import { killGroup } from "./start-process.ts";
import { waitUntil } from "./wait-until.ts";

type Leftover = { name: string; pid: number };

const graceMs = 10_000;

/** Stops what a supervisor that was killed outright left running: first the apps, then what they write to. */
export async function stopLeftovers(dataDir: string, say: Say): Promise<void> {
  const leftovers = findLeftovers(dataDir);
  if (leftovers.length === 0) return;
  say(
    `Stopping what a former stack left running: ${leftovers.map(({ name, pid }) => `${name} (process ${pid})`).join(", ")}`,
  );
  const isService = ({ name }: Leftover): boolean => name === "postgres" || name === "redis";
  await Promise.all(leftovers.filter((leftover) => !isService(leftover)).map(stop));
  await Promise.all(leftovers.filter(isService).map(stop));
}

/** `kill -9` for everything that runs on a data directory, at once. */
export function killAll(dataDir: string): void {
  for (const { pid } of findLeftovers(dataDir)) killGroup(pid);
}

function findLeftovers(dataDir: string): Leftover[] {
  const folder = join(dataDir, "run");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".pid") && file !== "stack.pid")
    .map((file) => ({ name: basename(file, ".pid"), pid: findLivePid(join(folder, file)) }))
    .filter((found): found is Leftover => found.pid !== undefined);
}

async function stop({ name, pid }: Leftover): Promise<void> {
  process.kill(pid, name === "postgres" ? "SIGINT" : "SIGTERM");
  const isGone = (): true | undefined => !isAlive(pid) || undefined;
  try {
    await waitUntil(`${name} to end`, isGone, { deadlineMs: graceMs });
  } catch {
    killGroup(pid);
    await waitUntil(`${name} (process ${pid}) to end`, isGone, { deadlineMs: graceMs });
  }
}
