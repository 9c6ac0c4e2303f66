import { sql } from "kysely";
import type { Db } from "../db/create-database.ts";

/** The epoch that entries must have now; undefined while the cache is suspended, or PostgreSQL does not say. */
export type Epoch = {
  /** What is known of it, as `{ epoch }`; undefined if that is too long ago and must be learned. */
  known(): { epoch: number | undefined } | undefined;
  learn(): Promise<number | undefined>;
};

/**
 * Follows the epoch of a cache in PostgreSQL while somebody asks for it. What was read counts for `leaseMs` from before it
 * was asked for: whoever suspends the cache waits for as long, and then everybody knows.
 */
export function followEpoch(db: Db, cache: string, leaseMs: number): Epoch {
  let read: { askedAt: number; epoch: number | undefined } = { askedAt: -Infinity, epoch: undefined };
  let reading: Promise<void> | undefined;

  async function readEpoch(): Promise<void> {
    const askedAt = performance.now();
    try {
      const { rows } = await sql<{ epoch: number; suspended: boolean }>`
        select epoch, suspended_until > clock_timestamp() as suspended from caches where cache = ${cache}`.execute(db);
      const { epoch, suspended } = rows[0] ?? { epoch: 0, suspended: false };
      read = { askedAt, epoch: suspended ? undefined : epoch };
    } catch {
      read = { askedAt: -Infinity, epoch: undefined };
    } finally {
      reading = undefined;
    }
  }

  function known(): { epoch: number | undefined } | undefined {
    const age = performance.now() - read.askedAt;
    if (age > leaseMs / 2) reading ??= readEpoch();
    return age < leaseMs ? read : undefined;
  }

  return {
    known,
    async learn() {
      reading ??= readEpoch();
      await reading;
      return known()?.epoch;
    },
  };
}
