import { expect, test } from "vitest";
import { keepBriefly } from "./keep-briefly.ts";

test("those who ask at the same time, and a little later, share one reading", async () => {
  let readings = 0;
  const read = keepBriefly(async () => (readings += 1));
  expect(await Promise.all([read(), read()])).toEqual([1, 1]);
  expect(await read()).toBe(1);
});

test("a reading that fails is not kept", async () => {
  let readings = 0;
  const read = keepBriefly(async () => {
    readings += 1;
    if (readings === 1) throw new Error("away");
    return readings;
  });
  await expect(read()).rejects.toThrow("away");
  expect(await read()).toBe(2);
});
