import { randomBytes } from "node:crypto";
import { isUnavailable } from "../db/sql-error.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import type { CacheKeys, WriteScope } from "./cache-keys.ts";
import type { Attempt } from "./create-attempt.ts";
import type { SuspendCache } from "./create-suspend-cache.ts";

/** How long a writer may take, and how long the cache goes without what one was writing that died. */
const raisedMs = 60_000;

/** Writers of one row may overlap: each adds its mark to those that are there, and drops those of the dead. */
const raiseScript = `
local now = tonumber(redis.call('TIME')[1])
local held = redis.call('GET', KEYS[1])
local marks = '!'
if held and string.sub(held, 1, 1) == '!' then
  for since, writer in string.gmatch(held, '(%d+)/(%x+)') do
    if (now - since) * 1000 < tonumber(ARGV[2]) then marks = marks .. since .. '/' .. writer .. ' ' end
  end
end
redis.call('SET', KEYS[1], marks .. now .. '/' .. ARGV[1] .. ' ', 'PX', ARGV[2])
return 1`;

/** Takes the mark away. Whatever else is there was put beside it, and may be older than the write. */
const lowerScript = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, 1) == '!' then
  local left = string.gsub(held, '%d+/' .. ARGV[1] .. ' ', '')
  if left ~= '!' then
    redis.call('SET', KEYS[1], left, 'KEEPTTL')
    return 1
  end
end
redis.call('DEL', KEYS[1])
return 1`;

export type WriteFence = {
  /**
   * To be called before a write is committed: until `lower`, nobody reads what it changes from the cache, and nobody puts
   * it there. `lower` is to be called after the commit and before the write is answered; never, if nobody knows whether
   * it was committed. Both reject only if neither Redis nor PostgreSQL is there.
   */
  raise(scope: WriteScope): Promise<{ lower(): Promise<void> }>;
  /** Writes behind the fence. */
  around<T>(scope: WriteScope, write: () => Promise<T>): Promise<T>;
};

export type WriteFenceDeps = { redis: RedisClient; keys: CacheKeys; attempt: Attempt; suspendCache: SuspendCache };

/** Keeps a cache from ever showing what was there before a write. See `docs/decisions/0016`. */
export function createWriteFence({ redis, keys, attempt, suspendCache }: WriteFenceDeps): WriteFence {
  async function raise({ tenant, id }: WriteScope) {
    const key = id === undefined ? keys.stamp(tenant) : keys.entry({ tenant, id });
    const writer = randomBytes(8).toString("hex");
    const raised = await attempt(() => redis.eval(raiseScript, 1, key, writer, raisedMs));
    if (raised === undefined) await suspendCache();
    return {
      async lower() {
        const lowered = await attempt(() => redis.eval(lowerScript, 1, key, writer));
        if (lowered === undefined) await suspendCache();
      },
    };
  }

  return {
    raise,
    async around(scope, write) {
      const { lower } = await raise(scope);
      try {
        const written = await write();
        await lower();
        return written;
      } catch (error) {
        if (!isUnavailable(error)) await lower();
        throw error;
      }
    },
  };
}
