/** Who submits, by which request. */
export type Submitter = { tenant: string; requestId: string; idempotencyKey: string | undefined };
