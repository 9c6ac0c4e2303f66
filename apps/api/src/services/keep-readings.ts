import { LRUCache } from "lru-cache";

export type KeepOptions = {
  /** How many readings are kept at most; the one that was not asked for the longest goes first. */
  max: number;
  /** When it is read again. */
  keptMs: number;
  /** For how long a reading stands in for one that fails. */
  graceMs: number;
};

export type Readings<Value> = {
  /** What was read of a key, at once if that is kept. Who asks while it is read waits for the same reading. */
  get(key: string): Value | Promise<Value>;
  /** What was read last, however long ago, if it is still there. */
  peek(key: string): Value | undefined;
};

type Reading<Value> = { value: Value; readAt: number };

/** Keeps what is read, for a while; also that there is nothing. */
export function keepReadings<Value>(
  read: (key: string) => Promise<Value>,
  { max, keptMs, graceMs }: KeepOptions,
): Readings<Value> {
  const readings = new LRUCache<string, Reading<Value>>({
    max,
    ttl: keptMs,
    noDeleteOnStaleGet: true,
    ignoreFetchAbort: true,
    async fetchMethod(key, former) {
      try {
        return { value: await read(key), readAt: performance.now() };
      } catch (error) {
        if (former && performance.now() - former.readAt < graceMs) return former;
        throw error;
      }
    },
  });

  return {
    get(key) {
      const kept = readings.get(key);
      return kept ? kept.value : readings.forceFetch(key).then(({ value }) => value);
    },
    peek: (key) => readings.peek(key, { allowStale: true })?.value,
  };
}
