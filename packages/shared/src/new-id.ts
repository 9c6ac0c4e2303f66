import { randomFillSync } from "node:crypto";

/** For so many ids random bytes are fetched at once: to fetch them costs far more than to make an id of them. */
const pool = Buffer.alloc(16 * 256);
let random = "";
let used = 0;

let lastMs = 0;
let time = "";
/** 30 bits behind the time, which begin at random in each millisecond and grow from id to id. */
let sequence = 0;

/** A uuid v7: it begins with the time, and each that this process makes is greater than the one before. */
export function newId(): string {
  const digits = takeRandom();
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    setTime(nowMs);
    sequence = Number.parseInt(digits.slice(0, 7), 16);
  } else if (++sequence > 0x3fff_ffff) {
    setTime(lastMs + 1);
    sequence = 0;
  }
  const high = 0x7000 | (sequence >>> 18);
  const middle = 0x8000 | ((sequence >>> 4) & 0x3fff);
  const low = sequence & 0xf;
  return `${time}-${high.toString(16)}-${middle.toString(16)}-${low.toString(16)}${digits.slice(7)}`;
}

function setTime(ms: number): void {
  lastMs = ms;
  const digits = ms.toString(16).padStart(12, "0");
  time = `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** 18 hexadecimal digits. */
function takeRandom(): string {
  if (used + 18 > random.length) {
    random = randomFillSync(pool).toString("hex");
    used = 0;
  }
  return random.slice(used, (used += 18));
}
