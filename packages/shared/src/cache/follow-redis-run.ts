import type { Redis } from "ioredis";
import type { Attempt } from "./create-attempt.ts";

/** Which run of a Redis server a connection leads to. One that restarted may have lost the last second of what it had. */
export type RedisRun = {
  /** Undefined if it must be learned: the connection is new. */
  known(): string | undefined;
  /** Undefined while Redis is away. */
  learn(): Promise<string | undefined>;
};

export function followRedisRun(redis: Redis, attempt: Attempt): RedisRun {
  let run: string | undefined;
  let asking: Promise<string | undefined> | undefined;
  redis.on("close", () => {
    run = undefined;
    asking = undefined;
  });

  function ask(): Promise<string | undefined> {
    const asked = attempt(() => redis.info("server")).then((info) => {
      // What was asked before the connection broke may be answered by another server.
      if (asking !== asked) return undefined;
      asking = undefined;
      run = info && /^run_id:(\S+)/m.exec(info)?.[1];
      return run;
    });
    asking = asked;
    return asked;
  }

  return { known: () => run, learn: () => asking ?? ask() };
}
