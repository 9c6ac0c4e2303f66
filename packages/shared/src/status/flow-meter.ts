import { queueFor } from "../queue/names.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import type { JobState } from "./job-state.ts";

/** Jobs are counted by the ten seconds in which they came or went; rates are those of the last minute. */
const slotMs = 10_000;
const shownSlots = 6;
const flushMs = 1_000;

export type Flow = { inPerSecond: number; outPerSecond: number };

/** How many jobs come into each queue, and how many end. For people to look at: what a process that dies has not written is lost. */
export type FlowMeter = {
  /** Notes jobs that were accepted. Costs no round trip: all are written together, once a second. */
  countIn(jobs: readonly { kind: string }[]): void;
  /** The same for jobs that are over. */
  countOut(jobs: readonly { kind: string; state: JobState }[]): void;
  /** The flow of each queue that had any. Rejects while Redis is away. */
  read(): Promise<Map<string, Flow>>;
  /** Writes what was counted so far. Never rejects. */
  flush(): Promise<void>;
};

export function createFlowMeter(redis: RedisClient, namespace: string, now = Date.now): FlowMeter {
  let counted = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  const slotKey = (slot: number) => `{${namespace}:flow}:${slot}`;
  const currentSlot = () => Math.floor(now() / slotMs);

  function count(direction: "in" | "out", jobs: readonly { kind: string }[]): void {
    for (const { kind } of jobs) {
      const field = `${direction} ${queueFor(kind)}`;
      counted.set(field, (counted.get(field) ?? 0) + 1);
    }
    timer ??= setTimeout(() => void flush(), flushMs).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counted.size === 0) return;
    const pipeline = redis.pipeline();
    const key = slotKey(currentSlot());
    for (const [field, jobs] of counted) pipeline.hincrby(key, field, jobs);
    pipeline.pexpire(key, (shownSlots + 2) * slotMs);
    counted = new Map();
    await pipeline.exec().catch(() => {});
  }

  return {
    countIn: (jobs) => count("in", jobs),
    countOut: (jobs) => count("out", jobs),
    flush,
    async read() {
      const slot = currentSlot();
      const pipeline = redis.pipeline();
      for (let ago = 0; ago <= shownSlots; ago += 1) pipeline.hgetall(slotKey(slot - ago));
      const seconds = (now() - (slot - shownSlots) * slotMs) / 1_000;
      const flows = new Map<string, Flow>();
      for (const [error, fields] of (await pipeline.exec()) ?? []) {
        if (error) throw error;
        for (const [field, jobs] of Object.entries(fields as Record<string, string>)) {
          const [direction, queue] = field.split(" ") as ["in" | "out", string];
          const flow = flows.get(queue) ?? { inPerSecond: 0, outPerSecond: 0 };
          flow[`${direction}PerSecond`] += Number(jobs) / seconds;
          flows.set(queue, flow);
        }
      }
      return flows;
    },
  };
}
