import type { RedisClient } from "../queue/redis-client.ts";

/** A worker process, as it says of itself. */
export type WorkerNote = {
  /** Random, one for each process. */
  id: string;
  host: string;
  pid: number;
  version: string;
  startedAt: string;
  /** The queues that it consumes, how many jobs of each it runs at once at most, and how many it runs now. */
  queues: { name: string; slots: number; used: number }[];
};

/** The workers that are alive. What Redis forgets is there again after `announceEveryMs`. */
export type WorkerBoard = {
  /** Says that a worker is alive, which is believed for `believedMs`. Rejects while Redis is away. */
  announce(worker: WorkerNote): Promise<void>;
  /** Says that a worker is gone. Rejects while Redis is away. */
  withdraw(id: string): Promise<void>;
  /** The workers that are alive, in no order, each with the time of its last word. Rejects while Redis is away. */
  list(): Promise<(WorkerNote & { lastSeenAt: string })[]>;
};

export const announceEveryMs = 2_000;
const believedMs = 10_000;

export function createWorkerBoard(redis: RedisClient, namespace: string): WorkerBoard {
  const idsKey = `{${namespace}:workers}`;
  const noteKey = (id: string) => `${idsKey}:${id}`;

  async function forget(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await redis.srem(idsKey, ...ids);
  }

  return {
    async announce(worker) {
      const note = JSON.stringify({ ...worker, lastSeenAt: new Date().toISOString() });
      await redis.multi().set(noteKey(worker.id), note, "PX", believedMs).sadd(idsKey, worker.id).exec();
    },
    async withdraw(id) {
      await redis.multi().del(noteKey(id)).srem(idsKey, id).exec();
    },
    async list() {
      const ids = await redis.smembers(idsKey);
      if (ids.length === 0) return [];
      const notes = await redis.mget(...ids.map(noteKey));
      await forget(ids.filter((_id, index) => notes[index] === null));
      return notes.flatMap((note) => (note ? [JSON.parse(note) as WorkerNote & { lastSeenAt: string }] : []));
    },
  };
}
