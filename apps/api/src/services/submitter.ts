/** Who submits, by which request. */
export type Submitter = { tenant: string; requestId: string; traceparent: string; idempotencyKey: string | undefined };
