import { onTestFinished } from "vitest";
import { removeDataDir } from "../src/postgres/place-data.ts";
import type { ManagedProcess } from "../src/process/start-process.ts";
import { createScratchDataDir } from "../src/scratch-services.ts";

/** A data directory for one test. */
export function scratchDataDir(): string {
  const dataDir = createScratchDataDir();
  onTestFinished(() => removeDataDir(dataDir));
  return dataDir;
}

/** Makes sure that a process ends with its test, whatever the test says. */
export function endWithTest<Process extends ManagedProcess>(process: Process): Process {
  onTestFinished(async () => void (await process.stop()));
  return process;
}
