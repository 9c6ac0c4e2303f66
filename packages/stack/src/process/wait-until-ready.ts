import { readLogTail } from "./log-file.ts";
import { describeExit, type ManagedProcess } from "./start-process.ts";
import { type Patience, waitUntil } from "./wait-until.ts";

/** Waits until a process that was just started serves. Fails with the end of its log, and at once when it dies instead. */
export async function waitUntilReady(
  process: ManagedProcess,
  isReady: () => Promise<boolean>,
  patience: Patience,
): Promise<void> {
  let ending: string | undefined;
  void process.exited.then((exit) => (ending = describeExit(exit)));

  async function ask(): Promise<true | undefined> {
    if (ending) throw new Error(`${process.name} ended while it was starting (${ending}).`);
    return (await isReady()) || undefined;
  }

  try {
    await waitUntil(`${process.name} to be ready`, ask, patience);
  } catch (error) {
    if (patience.signal?.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason} The end of ${process.logFile}:\n${readLogTail(process.logFile)}`, { cause: error });
  }
}
