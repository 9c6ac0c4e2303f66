import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createMicroBatch } from "./micro-batch.ts";

describe("a micro-batch", () => {
  it("starts a lone item at once and gathers what comes meanwhile", async () => {
    const batches: number[][] = [];
    const double = createMicroBatch<number, number>({
      maxItems: 100,
      run: async (items) => {
        batches.push([...items]);
        await Promise.resolve();
        return items.map((item) => item * 2);
      },
    });

    expect(await Promise.all([1, 2, 3, 4].map(double))).toEqual([2, 4, 6, 8]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it("takes a crowd together", async () => {
    const sizes: number[] = [];
    const count = createMicroBatch<number, number>({
      maxItems: 100,
      inCrowds: true,
      run: async (items) => {
        sizes.push(items.length);
        return items;
      },
    });
    await Promise.all([1, 2, 3, 4].map(count));
    expect(sizes).toEqual([4]);
  });

  it("runs one batch at a time", async () => {
    let running = 0;
    let most = 0;
    const count = createMicroBatch<number, number>({
      maxItems: 1,
      run: async (items) => {
        most = Math.max(most, (running += 1));
        await setImmediate();
        running -= 1;
        return items;
      },
    });
    expect(await Promise.all([1, 2, 3, 4, 5].map(count))).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(1);
  });

  it("never holds more than its limit", async () => {
    const sizes: number[] = [];
    const count = createMicroBatch<number, number>({
      maxItems: 3,
      run: async (items) => {
        sizes.push(items.length);
        return items;
      },
    });

    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(count));
    expect(sizes).toEqual([1, 3, 3, 1]);
  });

  function refuseOdd(mayBeOneItem: boolean) {
    return createMicroBatch<number, number>({
      maxItems: 100,
      mayBeOneItem: () => mayBeOneItem,
      run: async (items) => {
        if (items.some((item) => item % 2 === 1)) throw new Error("odd");
        return items;
      },
    });
  }

  it("lets one bad item fail alone", async () => {
    const results = await Promise.allSettled([0, 2, 3, 4].map(refuseOdd(true)));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  });

  it("fails together when the fault is not one item's", async () => {
    const results = await Promise.allSettled([0, 2, 3, 4].map(refuseOdd(false)));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
  });

  it("goes on after a failure", async () => {
    const batch = refuseOdd(true);
    await expect(batch(1)).rejects.toThrow("odd");
    await expect(batch(2)).resolves.toBe(2);
  });
});
