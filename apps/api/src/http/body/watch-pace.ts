/** So many bytes must come at least in so much time. */
export type Pace = { windowMs: number; bytes: number };

export type PaceWatch = {
  /** From now on it is the client that is waited for. */
  wait(): void;
  count(bytes: number): void;
  /** Nobody waits for the client. */
  rest(): void;
};

/** Calls `onSlow` when less came in a window than had to. Only the time in which the client is waited for counts. */
export function watchPace(pace: Pace, onSlow: () => void): PaceWatch {
  let bytes = 0;
  let leftMs = pace.windowMs;
  let since = 0;
  let end: NodeJS.Timeout | undefined;

  function begin(): void {
    since = performance.now();
    end = setTimeout(judge, leftMs);
  }

  function judge(): void {
    if (bytes < pace.bytes) return onSlow();
    bytes = 0;
    leftMs = pace.windowMs;
    begin();
  }

  return {
    wait() {
      if (end === undefined) begin();
    },
    count(more) {
      bytes += more;
    },
    rest() {
      if (end === undefined) return;
      clearTimeout(end);
      end = undefined;
      leftMs = Math.max(0, leftMs - (performance.now() - since));
    },
  };
}
