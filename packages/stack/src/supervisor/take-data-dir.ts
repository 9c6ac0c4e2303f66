import { createDataDir } from "../data-dir.ts";
import { type ClaimOptions, claimDataDir } from "../process/claim-data-dir.ts";
import { stopLeftovers } from "../process/leftovers.ts";

/** Makes a data directory this process's own until disposal, free of what a killed predecessor left running. */
export async function takeDataDir(dataDir: string, options: ClaimOptions): Promise<Disposable> {
  createDataDir(dataDir);
  const claim = await claimDataDir(dataDir, options);
  await stopLeftovers(dataDir, options.say);
  return claim;
}
