import { randomBytes } from "node:crypto";
import type { RedisClient } from "../queue/redis-client.ts";
import type { CacheKeys, RowKey } from "./cache-keys.ts";
import type { Attempt } from "./create-attempt.ts";

/** Longer than a load takes. */
const leaseMs = 6_000;
const stampMs = 24 * 60 * 60_000;

/**
 * For each pair of a stamp's and a row's key: takes the lease if the row is not there under the header, is not being
 * loaded, and neither it nor its tenant is being written. Answers the stamp for each lease, and nothing where there is none.
 */
const takeScript = `
local taken = {}
for at = 1, #KEYS, 2 do
  local stamp = redis.call('GET', KEYS[at])
  if not stamp then
    stamp = ARGV[3]
    redis.call('SET', KEYS[at], stamp, 'PX', ARGV[5])
  end
  local held = redis.call('GET', KEYS[at + 1])
  local header = '=' .. ARGV[2] .. ' ' .. stamp .. '\\n'
  local isOld = held and string.sub(held, 1, 1) == '=' and string.sub(held, 1, #header) ~= header
  taken[(at + 1) / 2] = ''
  if string.sub(stamp, 1, 1) ~= '!' and (not held or isOld) then
    redis.call('SET', KEYS[at + 1], ARGV[1], 'PX', ARGV[4])
    taken[(at + 1) / 2] = stamp
  end
end
return taken`;

/** The right to put a row into the cache: whoever writes it takes that away. */
export type Lease = { lease: string; stamp: string };

/**
 * Takes leases on rows of which there may be several for one row: only the first gets one. Undefined for rows that have
 * none to give, or while Redis is away.
 */
export async function takeLeases(
  { redis, keys, attempt }: { redis: RedisClient; keys: CacheKeys; attempt: Attempt },
  now: { epoch: number; run: string },
  rows: readonly RowKey[],
): Promise<(Lease | undefined)[]> {
  const lease = newLease();
  const taken = await attempt(() =>
    redis.eval(
      takeScript,
      rows.length * 2,
      ...rows.flatMap((row) => [keys.stamp(row.tenant), keys.entry(row)]),
      lease,
      `${now.epoch} ${now.run}`,
      randomBytes(8).toString("hex"),
      leaseMs,
      stampMs,
    ),
  );
  return rows.map((_, at) => {
    const stamp = (taken as string[] | undefined)?.[at];
    return stamp ? { lease, stamp } : undefined;
  });
}

function newLease(): string {
  return `~${randomBytes(8).toString("hex")}`;
}
