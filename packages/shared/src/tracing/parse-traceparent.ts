export type TraceContext = { traceId: string; spanId: string; sampled: boolean };

const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a `traceparent` as https://www.w3.org/TR/trace-context/ defines it; undefined for one that is not well formed, which
 * is to be ignored. Later versions than 00 may say more at the end.
 */
export function parseTraceparent(text: unknown): TraceContext | undefined {
  if (typeof text !== "string" || text.length > 512) return undefined;
  const [, version, traceId, spanId, flags, more] = pattern.exec(text) ?? [];
  if (!traceId || !spanId || !flags || (version === "00" && more !== undefined)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
