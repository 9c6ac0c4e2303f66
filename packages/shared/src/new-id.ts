import { randomFillSync } from "node:crypto";
import { V7Generator } from "uuidv7";

/** Random numbers are fetched a page at a time: to ask for those of a single id costs more than the rest of it. */
const pool = new Uint32Array(1_024);
let taken = pool.length;

const generator = new V7Generator({
  nextUint32() {
    if (taken === pool.length) {
      randomFillSync(pool);
      taken = 0;
    }
    return pool[taken++]!;
  },
});

/** A new id: a UUID v7, which begins with its time and is greater than all that this process made before. */
export function newId(): string {
  return generator.generate().toString();
}
