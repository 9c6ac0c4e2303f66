import { createMicroBatch } from "../micro-batch.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import type { CacheKeys, RowKey } from "./cache-keys.ts";
import type { Attempt } from "./create-attempt.ts";
import { entryHeader } from "./entry.ts";
import { createPut } from "./put-entries.ts";
import { takeLeases } from "./take-leases.ts";

/** Under what a row in the cache must have been loaded, but for its tenant's stamp. */
export type Moment = { epoch: number; run: string };

/** A row that this process is loading, and under what. */
export type Flight = { header: string; text: Promise<string | undefined> };

export type Flights = {
  /** Loads a row under a lease; undefined if there is none to have. */
  begin(row: RowKey, now: Moment): Promise<Flight | undefined>;
  /** The flight that has this lease on a row, if it is one of this process. */
  find(row: RowKey, lease: string): Flight | undefined;
};

export type FlightsDeps = {
  redis: RedisClient;
  keys: CacheKeys;
  attempt: Attempt;
  ttlMs: number;
  load: (row: RowKey) => Promise<string | undefined>;
};

/** The loads of a cache: at most one of a row at a time, each of which ends in Redis if nobody wrote the row meanwhile. */
export function createFlights(deps: FlightsDeps): Flights {
  const { redis, keys, attempt, ttlMs, load } = deps;
  const put = createPut(redis, attempt, ttlMs);
  const underway = new Map<string, Flight>();

  function begin(row: RowKey, lease: string, header: string): Flight {
    const key = keys.entry(row);
    const flight = { header, text: load(row) };
    underway.set(lease + key, flight);
    const land = async (text?: string) => {
      await put({ key, lease, value: text === undefined ? undefined : `=${header}\n${text}` });
      underway.delete(lease + key);
    };
    void flight.text.then(land, () => land());
    return flight;
  }

  const beginAll = createMicroBatch<{ row: RowKey; now: Moment }, Flight | undefined>({
    maxItems: 1_000,
    inCrowds: true,
    async run(asked) {
      const { now } = asked.at(-1)!;
      const rows = new Map(asked.map(({ row }) => [keys.entry(row), row]));
      const leases = await takeLeases(deps, now, [...rows.values()]);
      const begun = new Map(
        [...rows].map(([key, row], at) => {
          const taken = leases[at];
          return [key, taken && begin(row, taken.lease, entryHeader({ ...now, stamp: taken.stamp }))];
        }),
      );
      return asked.map(({ row }) => begun.get(keys.entry(row)));
    },
  });

  return {
    begin: (row, now) => beginAll({ row, now }),
    find: (row, lease) => underway.get(lease + keys.entry(row)),
  };
}
