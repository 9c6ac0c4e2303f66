import { LRUCache } from "lru-cache";
import { AppError } from "@longshore/shared/errors";
import { createCounter, type CounterOptions } from "../limits/create-counter.ts";
import { networkOf } from "../limits/network-of.ts";

export type BadKeys = {
  /** Throws `rate_limited` while an address has shown too many bad keys, unless `isKnown` says that this one is good. */
  check(address: string | undefined, isKnown: () => boolean): void;
  /** Counts one more. */
  count(address: string | undefined): Promise<void>;
};

/**
 * Limits how many bad keys an address may show in a window. All processes count together; who may not go on is remembered
 * here, so that asking costs nothing.
 */
export function limitBadKeys(options: CounterOptions): BadKeys {
  const count = createCounter(options);
  const stopped = new LRUCache<string, true>({ max: 10_000 });

  return {
    check(address, isKnown) {
      if (stopped.size === 0) return;
      const leftMs = stopped.getRemainingTTL(networkOf(address));
      if (leftMs <= 0 || isKnown()) return;
      throw new AppError("rate_limited", {
        message: "Too many keys from this address were not valid",
        retryAfterSeconds: Math.ceil(leftMs / 1_000),
      });
    },
    async count(address) {
      const network = networkOf(address);
      const { consumedPoints, msBeforeNext } = await count(network, 1);
      if (consumedPoints >= options.points) stopped.set(network, true, { ttl: Math.max(1, msBeforeNext) });
    },
  };
}
