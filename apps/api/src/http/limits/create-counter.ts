import type { Cluster, Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from "rate-limiter-flexible";

export type CounterOptions = {
  redis: Redis | Cluster;
  /** Begins every key. */
  prefix: string;
  points: number;
  windowMs: number;
};

export type Count = (key: string, points: number) => Promise<Pick<RateLimiterRes, "consumedPoints" | "msBeforeNext">>;

/** Counts points in windows, together with all processes that have the same Redis; while it is away, each by itself. */
export function createCounter({ redis, prefix, points, windowMs }: CounterOptions): Count {
  const settings = { keyPrefix: prefix, points, duration: windowMs / 1_000 };
  const insuranceLimiter = new RateLimiterMemory(settings);
  const limiter = new RateLimiterRedis({ ...settings, storeClient: redis, insuranceLimiter });
  return (key, spent) => limiter.penalty(key, spent);
}
