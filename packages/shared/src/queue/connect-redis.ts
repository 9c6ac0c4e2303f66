import { Redis } from "ioredis";
import { refuseWhileSilent } from "./refuse-while-silent.ts";

export type RedisConnectionOptions = {
  url: string;
  name: string;
  commandTimeoutMs: number;
  onError: (error: Error) => void;
};

/**
 * A connection for commands that must answer soon: it never queues a command while Redis is away, and gives up waiting
 * after `commandTimeoutMs`, once for all while Redis is silent. A command that timed out may still have run.
 */
export function connectRedis(options: RedisConnectionOptions): Redis {
  const redis = open(options, {
    enableOfflineQueue: false,
    commandTimeout: options.commandTimeoutMs,
    maxRetriesPerRequest: 1,
  });
  refuseWhileSilent(redis);
  return redis;
}

/** A connection for BullMQ workers, whose blocking commands must not time out. */
export function connectWorkerRedis(options: Omit<RedisConnectionOptions, "commandTimeoutMs">): Redis {
  return open(options, { maxRetriesPerRequest: null });
}

function open(options: Pick<RedisConnectionOptions, "url" | "name" | "onError">, settings: object): Redis {
  const redis = new Redis(options.url, {
    ...settings,
    connectionName: options.name,
    connectTimeout: 2_000,
    retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 2_000),
  });
  redis.on("error", options.onError);
  return redis;
}
