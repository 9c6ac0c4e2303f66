/** One row of a tenant. */
export type RowKey = { tenant: string; id: number };

/** What a write changes: one row of a tenant, or any number of them. */
export type WriteScope = { tenant: string; id?: number };

/** Where a cache keeps things in Redis. An id comes before the tenant, whose name may be anything. */
export type CacheKeys = {
  /** Begins every key. The braces keep one cache in one slot of a Redis Cluster. */
  prefix: string;
  entry(row: RowKey): string;
  /** The stamp that a tenant's entries must have; a new one makes all of them worthless. */
  stamp(tenant: string): string;
};

export function cacheKeys(namespace: string, cache: string): CacheKeys {
  const prefix = `{${namespace}:cache:${cache}}`;
  return {
    prefix,
    entry: ({ tenant, id }) => `${prefix}:${id}:${tenant}`,
    stamp: (tenant) => `${prefix}:stamp:${tenant}`,
  };
}
