/**
 * Counts events, and answers how many there were in the last whole period. If nobody has asked or counted for longer, it is
 * the mean of that time: a process that was held up has not come to a stop.
 */
export function measurePace(periodMs: number, nowMs = () => performance.now()) {
  let since = nowMs();
  let current = 0;
  let last = 0;

  function turn(): void {
    const elapsed = nowMs() - since;
    if (elapsed < periodMs) return;
    last = (current * periodMs) / elapsed;
    current = 0;
    since = nowMs();
  }

  return {
    count(events: number): void {
      turn();
      current += events;
    },
    perPeriod(): number {
      turn();
      return last;
    },
  };
}
