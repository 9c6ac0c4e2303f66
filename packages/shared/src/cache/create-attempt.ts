const restMs = 1_000;

/** Runs a command of Redis; undefined when it fails. */
export type Attempt = <Reply>(command: () => Promise<Reply>) => Promise<Reply | undefined>;

/** For a second after a failure nothing is tried, so that a Redis that hangs does not hold up every request. */
export function createAttempt(onError: (error: unknown) => void): Attempt {
  let restingUntil = 0;
  return async function attempt(command) {
    if (performance.now() < restingUntil) return undefined;
    try {
      return await command();
    } catch (error) {
      restingUntil = performance.now() + restMs;
      onError(error);
      return undefined;
    }
  };
}
