import type { FaultStack } from "../start-fault-stack.ts";

/** What Redis holds, once all is over. */
export type Holding = {
  /** How many keys there are for ever, by kind: keys that differ by an id only. */
  lasting: Record<string, number>;
  /** How many there are that go by themselves, by kind, and in how many milliseconds the last of them does. */
  passing: Record<string, { count: number; leftMs: number }>;
  /** How many events of its queue each stream has. */
  events: number[];
  /** What is left of its memory when what goes by itself is gone, without these events. */
  bytes: number;
};

/** The part of a key that tells those of one kind apart: hexadecimal digits. */
const id = /(?<=:)(?=[^:]*\d)[0-9a-f-]+$/;

/** Reads it, and removes what would go by itself. */
export async function readRedis({ redis }: FaultStack): Promise<Holding> {
  const holding: Holding = { lasting: {}, passing: {}, events: [], bytes: 0 };
  const { lasting, passing, events } = holding;
  let eventBytes = 0;
  for (const key of await redis.keys("*")) {
    const kind = key.replace(id, "*");
    const leftMs = await redis.pttl(key);
    if (leftMs === -1) lasting[kind] = (lasting[kind] ?? 0) + 1;
    else if (leftMs >= 0) {
      const { count = 0, leftMs: most = 0 } = passing[kind] ?? {};
      passing[kind] = { count: count + 1, leftMs: Math.max(most, leftMs) };
      await redis.unlink(key);
    }
    if (key.endsWith(":events")) {
      events.push(await redis.xlen(key));
      eventBytes += (await redis.memory("USAGE", key, "SAMPLES", 0)) ?? 0;
    }
  }
  const [, used] = /^used_memory:(\d+)/m.exec(await redis.info("memory"))!;
  return { ...holding, bytes: Number(used) - eventBytes };
}
