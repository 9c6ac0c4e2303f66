import { createHash } from "node:crypto";

/** Tells requests apart that have the same idempotency key. */
export async function hashRequest(body: unknown): Promise<Buffer> {
  return createHash("sha256").update(JSON.stringify(body)).digest();
}
