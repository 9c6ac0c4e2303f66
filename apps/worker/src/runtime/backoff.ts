/** How long to wait before the next try: doubles with each failure, up to `maxMs`, and is spread over its upper half. */
export function backoffMs(failures: number, { baseMs = 500, maxMs = 30_000, random = Math.random } = {}): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.5 + random() / 2));
}
