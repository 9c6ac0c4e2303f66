/** The trace that a `traceparent` of ours belongs to; null where there is none. */
export function traceIdOf(traceparent: string | null): string | null {
  return traceparent && traceparent.slice(3, 35);
}
