import type { Redis } from "ioredis";
import type { Registry } from "prom-client";
import { sampleGauges } from "./sample-gauges.ts";

/** Tells whether Redis is there, and how full. */
export function watchRedis(registry: Registry, redis: Redis): void {
  sampleGauges(
    registry,
    { up: { name: "longshore_redis_up", help: "1 while this process is connected to Redis." } },
    () => ({
      up: [{ value: redis.status === "ready" ? 1 : 0 }],
    }),
  );

  sampleGauges(
    registry,
    {
      used: { name: "longshore_redis_memory_used_bytes", help: "What Redis holds, all its clients' together." },
      max: { name: "longshore_redis_memory_max_bytes", help: "Its maxmemory, or the memory of its machine." },
    },
    async () => {
      const info = await redis.info("memory");
      const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
      const max = read("maxmemory") || read("total_system_memory");
      return { used: [{ value: read("used_memory") }], max: max > 0 ? [{ value: max }] : [] };
    },
  );
}
