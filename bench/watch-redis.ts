import { Redis } from "ioredis";
import { round } from "./report.ts";

export type RedisWatch = AsyncDisposable & {
  /** By how much the memory in use has grown at most since the watch began, in MiB. */
  growth(): Promise<number>;
};

/** Starts watching a Redis that has just been started: it keeps its peak from then on. */
export async function watchRedis(url: string): Promise<RedisWatch> {
  const redis = new Redis(url);
  const before = await memoryOf(redis, "used_memory");
  return {
    growth: async () => round((await memoryOf(redis, "used_memory_peak")) - before, 1),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

async function memoryOf(redis: Redis, field: string): Promise<number> {
  const info = await redis.info("memory");
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1] ?? 0) / 1024 / 1024;
}
