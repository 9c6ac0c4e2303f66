import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createJobLine } from "./job-line.ts";

/** A line over jobs that end when the test says so, and all that it did. */
function openLine({ slots, claimMs = 0, patienceMs = 50 }: { slots: number; claimMs?: number; patienceMs?: number }) {
  const running = new Map<number, () => void>();
  const seen = { claimed: [] as number[][], givenUp: [] as number[], putBack: [] as number[], started: 0, most: 0 };
  let holds = true;
  const line = createJobLine<number, number>({
    slots,
    patienceMs,
    async claim(items) {
      seen.claimed.push(items);
      await setTimeout(claimMs);
      return items.filter((item) => item >= 0);
    },
    run(job) {
      seen.started += 1;
      if (!holds) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      running.set(job, () => {
        running.delete(job);
        resolve();
      });
      seen.most = Math.max(seen.most, running.size);
      return promise;
    },
    giveUp: (items) => seen.givenUp.push(...items),
    putBack: (jobs) => seen.putBack.push(...jobs),
    onRoom: () => {},
  });
  return { line, seen, running, hold: (value: boolean) => (holds = value) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("the line in front of the slots", () => {
  it("claims as many as there are slots, and gives the others up when they have waited", async () => {
    const { line, seen, running } = openLine({ slots: 3 });
    line.add(numbers(10));
    await waitFor("the others to be given up", async () => seen.givenUp.length > 0);
    expect(seen.claimed).toEqual([[0, 1, 2]]);
    expect(seen.givenUp).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect([...running.keys()]).toEqual([0, 1, 2]);
    expect(line.used).toBe(3);
  });

  it("takes the next one in line when a slot comes free in time", async () => {
    const { line, seen, running } = openLine({ slots: 1, patienceMs: 60_000 });
    line.add([0, 1]);
    await waitFor("the first", async () => running.has(0));
    running.get(0)!();
    await waitFor("the second", async () => running.has(1));
    expect(seen.givenUp).toEqual([]);
  });

  it("has room while a slot is free and nothing waits for it", async () => {
    const { line, running } = openLine({ slots: 2 });
    expect(line.hasRoom()).toBe(true);
    expect([line.hasRoom(1), line.hasRoom(2)]).toEqual([true, false]);
    line.add([0, 1]);
    expect(line.hasRoom()).toBe(false);
    await waitFor("both to run", async () => running.size === 2);
    expect(line.hasRoom()).toBe(false);
    running.get(0)!();
    await waitFor("room", async () => line.hasRoom());
  });

  it("frees the slot of what turned out not to be there", async () => {
    const { line, running, seen } = openLine({ slots: 1, patienceMs: 60_000 });
    line.add([-1, -2, 3]);
    await waitFor("the one that is there", async () => running.has(3));
    expect(seen.givenUp).toEqual([]);
  });

  it("works ahead of short jobs, and when they turn long lets go of what it is ahead", async () => {
    const { line, seen, running, hold } = openLine({ slots: 4, claimMs: 2, patienceMs: 2_000 });
    let added = 0;
    const add = (count: number) => {
      line.add(numbers(count).map((n) => added + n));
      added += count;
    };
    hold(false);
    await waitFor("more to be claimed than there are slots", async () => {
      if (line.hasRoom()) add(20);
      return seen.claimed.some(({ length }) => length > 4);
    });
    expect([seen.givenUp, seen.putBack]).toEqual([[], []]);

    hold(true);
    add(20);
    await waitFor("the others to be let go", async () => {
      return seen.started + seen.givenUp.length + seen.putBack.length === added;
    });
    expect(running.size).toBe(4);
    expect(seen.most).toBe(4);
  });

  it("gives up what waits when it closes, and what comes after", () => {
    const { line, seen } = openLine({ slots: 1 });
    line.add([0, 1, 2]);
    line.close();
    line.add([3]);
    expect(seen.givenUp).toEqual([1, 2, 3]);
    expect(line.hasRoom()).toBe(false);
  });
});
