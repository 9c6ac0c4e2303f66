import { setImmediate } from "node:timers/promises";

export type MicroBatchOptions<Item, Result> = {
  /** Works on all items at once; answers one result for each, in their order. */
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  maxItems: number;
  /** Waits for the end of the event loop's turn before it takes what is there: for callers that come in crowds. */
  inCrowds?: boolean;
  /** Whether an error may be the fault of one item: its neighbours are then run one by one instead of failing with it. */
  mayBeOneItem?: (error: unknown) => boolean;
};

type Waiting<Item, Result> = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };

/**
 * Turns single calls into batches without a timer: what gathers while the last batch runs goes into the next one. A lone
 * call starts at once, and a busy caller pays one round trip for many. (Group commit, as databases do it for their log.)
 */
export function createMicroBatch<Item, Result>(
  options: MicroBatchOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = false;

  async function runBatch(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await options.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      if (batch.length > 1 && options.mayBeOneItem?.(error)) {
        for (const one of batch) await runBatch([one]);
        return;
      }
      for (const { reject } of batch) reject(error);
    }
  }

  async function drain(): Promise<void> {
    running = true;
    if (options.inCrowds) await setImmediate();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.maxItems);
      waiting = waiting.slice(options.maxItems);
      await runBatch(batch);
    }
    running = false;
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void drain();
    });
}
