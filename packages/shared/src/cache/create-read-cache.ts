import { setTimeout } from "node:timers/promises";
import { createMicroBatch } from "../micro-batch.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import type { CacheKeys, RowKey } from "./cache-keys.ts";
import type { Attempt } from "./create-attempt.ts";
import { createFlights, type Moment } from "./create-flights.ts";
import { entryHeader, parseEntry } from "./entry.ts";
import type { Epoch } from "./follow-epoch.ts";
import type { RedisRun } from "./follow-redis-run.ts";
import { createLookUp } from "./look-up-entries.ts";

const waitStepMs = 10;

/** Where a row came from: RedisClient; PostgreSQL, from where it went into Redis; or PostgreSQL, with the cache left out. */
export type CacheUse = "hit" | "miss" | "bypass";

/** A row as text, undefined if there is none. */
export type Found = { text: string | undefined; use: CacheUse };

export type ReadRow = (row: RowKey) => Promise<Found>;

export type ReadCacheDeps = {
  redis: RedisClient;
  keys: CacheKeys;
  attempt: Attempt;
  epoch: Epoch;
  run: RedisRun;
  /** How long Redis keeps a row; 0 leaves the cache out. */
  ttlMs: number;
  /** How long to wait for a row that another process is loading, before it is loaded here as well. */
  patienceMs?: number;
  /** Reads rows where they are true. */
  load: (rows: readonly RowKey[]) => Promise<readonly (string | undefined)[]>;
};

/**
 * Reads rows through Redis, each loaded once however many ask for it. An answer is never older than a write that was answered
 * before it was asked for: see `docs/decisions/0016`. Without Redis, rows are loaded each time.
 */
export function createReadCache(deps: ReadCacheDeps): ReadRow {
  const { redis, keys, attempt, epoch, run, ttlMs, patienceMs = 300 } = deps;
  const load = createMicroBatch<RowKey, string | undefined>({ maxItems: 1_000, inCrowds: true, run: deps.load });
  const lookUp = createLookUp(redis, keys, attempt);
  const flights = createFlights({ redis, keys, attempt, ttlMs, load });

  async function findMoment(): Promise<Moment | undefined> {
    const current = epoch.known() ?? { epoch: await epoch.learn() };
    const server = run.known() ?? (await run.learn());
    return current.epoch === undefined || server === undefined ? undefined : { epoch: current.epoch, run: server };
  }

  /** Undefined when the row is to be loaded without the cache. */
  async function readThrough(row: RowKey, now: Moment): Promise<Found | undefined> {
    const deadline = performance.now() + patienceMs;
    do {
      const held = await lookUp(row);
      if (!held || held.stamp?.startsWith("!") || run.known() !== now.run) return undefined;
      const header = entryHeader({ ...now, stamp: held.stamp });
      const entry = held.entry === null ? undefined : parseEntry(held.entry);

      if (entry?.is === "raised") return undefined;
      if (entry?.is === "row" && entry.header === header) return { text: entry.text, use: "hit" };
      if (entry?.is === "lease") {
        const flight = flights.find(row, entry.lease);
        // It began before this read, so a row may have been inserted since; but none was changed, or the lease would be gone.
        if (flight?.header === header) return { text: (await flight.text) ?? (await load(row)), use: "miss" };
        await setTimeout(waitStepMs);
      } else {
        const flight = await flights.begin(row, now);
        if (flight) return { text: await flight.text, use: "miss" };
      }
    } while (performance.now() < deadline);
    return undefined;
  }

  return async function readRow(row) {
    const now = ttlMs > 0 ? await findMoment() : undefined;
    const found = now && (await readThrough(row, now));
    return found ?? { text: await load(row), use: "bypass" };
  };
}
