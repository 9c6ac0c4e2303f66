import type pg from "pg";
import type { Registry } from "prom-client";
import { sampleGauges } from "./sample-gauges.ts";

/** Tells how much of each connection pool is used, and how many wait for a connection. */
export function watchPools(registry: Registry, pools: Readonly<Record<string, pg.Pool>>): void {
  const labelNames = ["pool"];
  const each = (count: (pool: pg.Pool) => number) =>
    Object.entries(pools).map(([pool, of]) => ({ labels: { pool }, value: count(of) }));

  sampleGauges(
    registry,
    {
      max: { name: "longshore_pool_max_connections", help: "How many connections a pool may open.", labelNames },
      open: { name: "longshore_pool_connections", help: "Open connections of a pool.", labelNames },
      idle: { name: "longshore_pool_idle_connections", help: "Those of them that nobody uses.", labelNames },
      waiting: { name: "longshore_pool_waiting", help: "Who waits for a connection of a pool.", labelNames },
    },
    () => ({
      max: each((pool) => pool.options.max),
      open: each((pool) => pool.totalCount),
      idle: each((pool) => pool.idleCount),
      waiting: each((pool) => pool.waitingCount),
    }),
  );
}
