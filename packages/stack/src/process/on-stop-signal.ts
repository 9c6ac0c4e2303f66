/** One Ctrl-C arrives up to three times: from the terminal, from npm and from the bootstrap. */
const echoMs = 1_000;

/**
 * Calls `stop` at the first SIGINT, SIGTERM or SIGHUP, and `force` when someone insists later on. Returns a function
 * that gives the signals back.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void, force: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let firstAt: number | undefined;

  function handle(signal: NodeJS.Signals): void {
    if (firstAt === undefined) {
      firstAt = Date.now();
      stop(signal);
    } else if (Date.now() - firstAt > echoMs) {
      force();
    }
  }

  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}
