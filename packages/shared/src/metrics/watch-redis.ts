import type { Registry } from "prom-client";
import { mastersOf } from "../queue/masters-of.ts";
import type { RedisClient } from "../queue/redis-client.ts";
import { sampleGauges } from "./sample-gauges.ts";

/** Tells whether Redis is there, and how full; of a cluster, the node that is nearest to its limit. */
export function watchRedis(registry: Registry, redis: RedisClient): void {
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
      used: {
        name: "longshore_redis_memory_used_bytes",
        help: "What Redis holds, all its clients' together.",
      },
      max: { name: "longshore_redis_memory_max_bytes", help: "Its maxmemory, or the memory of its machine." },
    },
    async () => {
      const infos = await Promise.all(mastersOf(redis).map((master) => master.info("memory")));
      const [fullest] = infos.map(readMemory).toSorted((a, b) => b.used / b.max - a.used / a.max);
      if (!fullest) return { used: [], max: [] };
      return { used: [{ value: fullest.used }], max: fullest.max > 0 ? [{ value: fullest.max }] : [] };
    },
  );
}

function readMemory(info: string): { used: number; max: number } {
  const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return { used: read("used_memory"), max: read("maxmemory") || read("total_system_memory") };
}
