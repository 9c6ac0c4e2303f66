import type { Cluster, Redis } from "ioredis";

/** A connection to one Redis, found by sentinels or not, or to a cluster of them. */
export type RedisClient = Redis | Cluster;
