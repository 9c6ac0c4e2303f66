import { kill } from "node:process";
import { setTimeout } from "node:timers/promises";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import type { Random } from "./create-random.ts";

/** Does its harm, and resolves when it is done: whatever was ended runs again, whatever was stopped goes on. */
export type Fault = (stack: FaultStack, random: Random) => Promise<unknown>;

/** Longer than the lock of a worker's entries. */
const frozenMs = { min: 2_500, max: 5_000 };
/** Longer than any command may take. */
const silentMs = { min: 1_500, max: 4_000 };

export const faults: Readonly<Record<string, Fault>> = {
  "a worker is killed": (stack, random) => stack.killAndReplace(random.pick(workersOf(stack))),
  "all workers are killed": (stack) => stack.killAndReplace(...workersOf(stack)),
  "a worker is told to stop": (stack, random) => stopAndReplace(stack, random.pick(workersOf(stack))),
  "a worker freezes": (stack, random) =>
    freeze(stack, random.pick(workersOf(stack)), random.int(frozenMs.min, frozenMs.max)),
  "the API is killed": (stack) => stack.killAndReplace("api"),
  "the API is told to stop": (stack) => stopAndReplace(stack, "api"),
  "Redis is killed": (stack) => stack.killAndReplace("redis"),
  "Redis hangs": (stack, random) => freeze(stack, "redis", random.int(silentMs.min, silentMs.max)),
  "Redis loses all that it holds": (stack) => stack.redis.flushall(),
  "PostgreSQL is killed": (stack) => stack.killAndReplace("postgres"),
  "PostgreSQL ends all sessions": (stack) =>
    stack.database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('longshore-api', 'longshore-worker')",
    ),
  "everything but PostgreSQL is killed": (stack) => stack.killAndReplace("redis", "api", ...workersOf(stack)),
};

function workersOf(stack: FaultStack): string[] {
  return stack.workers().map((_pid, index) => `worker-${index + 1}`);
}

async function stopAndReplace(stack: FaultStack, name: string): Promise<void> {
  const pid = stack.pid(name);
  kill(pid, "SIGTERM");
  await stack.replaced(name, pid);
}

async function freeze(stack: FaultStack, name: string, ms: number): Promise<void> {
  const pid = stack.pid(name);
  kill(pid, "SIGSTOP");
  try {
    await setTimeout(ms);
  } finally {
    kill(pid, "SIGCONT");
  }
}
