const dayMs = 24 * 60 * 60_000;

/** How long a `Retry-After` asks to wait, a day at most; undefined if it does not say. */
export function parseRetryAfterMs(header: string | undefined, nowMs = Date.now()): number | undefined {
  if (!header) return undefined;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), dayMs);
}
