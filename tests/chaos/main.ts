/**
 * `npm run chaos -- [--minutes N] [--seed S]`: a stack under constant load, and one fault after the other as the seed has it.
 * Ends with 0 if every promise was kept, else with 1 and a list of those that were not.
 */
import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startFaultStack } from "../faults/start-fault-stack.ts";
import { createRandom } from "./create-random.ts";
import { faults } from "./faults.ts";
import { judge } from "./judge.ts";
import { openLedger } from "./ledger.ts";
import { Report } from "./report.ts";
import { startLoad } from "./start-load.ts";
import { timeRecovery } from "./time-recovery.ts";
import { watchStatus } from "./watch-status.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "5" }, seed: { type: "string", default: String(randomInt(2 ** 31)) } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed))
  throw new Error("--minutes takes a number above 0, --seed an integer");

const usersPerMinute = 3_000;
const random = createRandom(seed);
const report = new Report(`chaos      seed ${seed}, ${minutes} minutes`);
const broken: string[] = [];
{
  await using stack = await startFaultStack();
  const ledger = await openLedger(stack, Math.ceil(minutes * usersPerMinute));
  const load = startLoad(stack, ledger, random.fork());
  const watch = watchStatus(stack, ledger, random.fork());

  try {
    const endAt = Date.now() + minutes * 60_000;
    while (Date.now() < endAt) {
      const name = random.pick(Object.keys(faults));
      await faults[name]!(stack, random);
      report.noteFault(name, await timeRecovery(stack, ledger));
      await setTimeout(random.int(0, 4_000));
    }
    await load.stop();
    broken.push(...(await judge(stack, ledger)));
  } catch (error) {
    broken.push(String(error));
  }
  const { looks, lies } = await watch.stop();
  broken.push(...lies);
  report.noteLoad(ledger, looks);
}
report.print(broken);
process.exit(broken.length > 0 ? 1 : 0);
