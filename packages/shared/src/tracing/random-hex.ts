import { randomFillSync } from "node:crypto";

const pool = Buffer.alloc(4_096);
let taken = pool.length;

/** So many random bytes in lower-case hexadecimal. They are fetched a page at a time: a request takes 24 of them. */
export function randomHex(bytes: number): string {
  if (taken + bytes > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  return pool.toString("hex", taken, (taken += bytes));
}
