import { sql, type Transaction } from "kysely";
import type { Database, QueueSettingsRow } from "../db/schema.ts";

/** How a queue is held back, on all workers together. */
export type QueueSettings = {
  /** While it is, nothing of it is started; what runs goes on. */
  paused: boolean;
  /** How many of it may run at once; null for no limit. */
  concurrency: number | null;
  /** At most `max` start within `durationMs`; null for no limit. */
  rateLimit: { max: number; durationMs: number } | null;
};

/** The settings that are stored for a queue. One that nobody has changed has none: it runs without limits. */
export function toQueueSettings(row: QueueSettingsRow | undefined): QueueSettings {
  if (!row) return { paused: false, concurrency: null, rateLimit: null };
  const { paused, concurrency, rate_max, rate_duration_ms } = row;
  const rateLimit = rate_max === null ? null : { max: rate_max, durationMs: rate_duration_ms! };
  return { paused, concurrency, rateLimit };
}

/**
 * To be held from reading or writing settings until they are applied: so nobody applies older ones after newer ones. Not
 * for longer: whoever changes a queue waits for it.
 */
export async function lockQueueSettings(trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('queue_settings'))`.execute(trx);
}
