/**
 * Preloaded into the processes of a stack: shifts what a process sees of the wall clock, `Date`, by the milliseconds that are
 * written into a file of its id under `CLOCKS`, and removes that file. Its timers and `performance.now` go on, as they do
 * when the clock of a machine is set.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";

const file = join(process.env.CLOCKS!, `${process.pid}`);
const realNow = Date.now;
let shiftMs = 0;

const now = () => realNow() + shiftMs;

const ShiftedDate = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new Date(now()).toString(),
});
Date.now = now;
globalThis.Date = ShiftedDate;

function look(): void {
  if (!existsSync(file)) return;
  shiftMs = Number(readFileSync(file, "utf8"));
  rmSync(file);
}

if (isMainThread) setInterval(look, 50).unref();
