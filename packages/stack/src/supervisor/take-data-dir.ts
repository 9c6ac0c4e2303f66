import { createDataDir } from "../data-dir.ts";
import { claimDataDir } from "../process/claim-data-dir.ts";
import { stopLeftovers } from "../process/leftovers.ts";
import type { Say } from "../terminal/say.ts";

/** Makes a data directory this process's own until disposal, free of what a killed predecessor left running. */
export async function takeDataDir(dataDir: string, say: Say): Promise<Disposable> {
  createDataDir(dataDir);
  const giveBack = claimDataDir(dataDir);
  await stopLeftovers(dataDir, say);
  return { [Symbol.dispose]: giveBack };
}
