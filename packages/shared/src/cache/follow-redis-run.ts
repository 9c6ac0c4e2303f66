import { Cluster, Command } from "ioredis";
import type { RedisClient } from "../queue/redis-client.ts";
import type { Attempt } from "./create-attempt.ts";

/** Which run of a Redis server holds a key. One that restarted, or took the place of another, may have lost the last second. */
export type RedisRun = {
  /** Undefined if it must be learned: the connection is new. */
  known(): string | undefined;
  /** Undefined while Redis is away. */
  learn(): Promise<string | undefined>;
};

/** Asks the server itself, which in a cluster is found by the key. */
const runScript = `return redis.call('INFO', 'server')`;

export function followRedisRun(redis: RedisClient, key: string, attempt: Attempt): RedisRun {
  const slot = new Command("get", [key]).getSlot();
  /** Changes the moment that a command of ours finds the key on another node. */
  const holder = () => (redis instanceof Cluster ? redis.slots[slot]?.[0] : undefined);
  let run: { id: string; holder: string | undefined } | undefined;
  let asking: Promise<string | undefined> | undefined;

  function forget(): void {
    run = undefined;
    asking = undefined;
  }
  redis.on("close", forget).on("-node", forget);

  function ask(): Promise<string | undefined> {
    const asked = attempt(() => redis.eval(runScript, 1, key) as Promise<string>).then((info) => {
      // What was asked before the connection broke may be answered by another server.
      if (asking !== asked) return undefined;
      asking = undefined;
      const id = info && /^run_id:(\S+)/m.exec(info)?.[1];
      run = id ? { id, holder: holder() } : undefined;
      return id;
    });
    asking = asked;
    return asked;
  }

  return {
    known: () => (run && run.holder === holder() ? run.id : undefined),
    learn: () => asking ?? ask(),
  };
}
