import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Choices that are the same for the same seed. */
export type Random = {
  /** From `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Choices of its own, for what goes on beside: their order does not depend on who is quicker. */
  fork(): Random;
};

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const int = (min: number, max: number) => uniformInt(generator, min, max);
  return {
    int,
    pick: (items) => items[int(0, items.length - 1)]!,
    fork: () => createRandom(int(0, 0x7fff_ffff)),
  };
}
