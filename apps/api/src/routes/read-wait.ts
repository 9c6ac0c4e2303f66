const maxWaitSeconds = 60;

const preference = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=[;,]|$)/i;

/**
 * How many seconds a `Prefer` header asks to wait (RFC 7240), at most 60: a preference is met as far as it can be, and what
 * is not understood is none.
 */
export function readWait(prefer: string | undefined): number | undefined {
  const seconds = preference.exec(prefer ?? "")?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), maxWaitSeconds);
}
