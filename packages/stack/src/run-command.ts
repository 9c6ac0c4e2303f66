import { onStopSignal } from "./process/on-stop-signal.ts";
import { sayAside } from "./terminal/say.ts";

export type CommandContext = {
  /** Aborts at the first Ctrl-C or SIGTERM: whatever waits should stop waiting, and what was started be stopped. */
  signal: AbortSignal;
  /** Sets what is done when someone insists, right before the process exits. */
  onForce: (action: () => void) => void;
};

/**
 * The frame of every command: signals become an abort, errors a line and exit code 1, a returned number the exit code.
 * Asked to stop, a command ends with 0.
 */
export async function runCommand(command: (context: CommandContext) => Promise<number | void>): Promise<void> {
  const stopping = new AbortController();
  let force = (): void => {};
  onStopSignal(
    () => stopping.abort(),
    () => {
      force();
      process.exit(130);
    },
  );
  // A reader who went away (`npm start | head`) is no reason to fail.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

  try {
    const code = await command({ signal: stopping.signal, onForce: (action) => (force = action) });
    process.exit(code ?? 0);
  } catch (error) {
    if (stopping.signal.aborted && isAbort(error)) process.exit(0);
    sayAside(`\nlongshore: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
