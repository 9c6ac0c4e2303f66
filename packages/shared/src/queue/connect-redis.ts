import { Cluster, Redis, type RedisOptions } from "ioredis";
import { parseRedisUrl, type RedisPlace } from "../config/parse-redis-url.ts";
import type { RedisClient } from "./redis-client.ts";
import { refuseWhileSilent } from "./refuse-while-silent.ts";
import { SentinelConnector } from "./sentinel-connector.ts";

export type RedisConnectionOptions = {
  /** As `parseRedisUrl` reads it. */
  url: string;
  name: string;
  commandTimeoutMs: number;
  onError: (error: Error) => void;
};

type Settings = Pick<
  RedisOptions,
  | "enableOfflineQueue"
  | "commandTimeout"
  | "maxRetriesPerRequest"
  | "connectionName"
  | "connectTimeout"
  | "socketTimeout"
>;

/** How long a connection may be silent about a command. Longer than BullMQ blocks, see `consume-entries.ts` of the worker. */
const silenceMs = 10_000;

const retryDelayMs = (attempt: number) => Math.min(50 * 2 ** attempt, 2_000);

/**
 * A connection for commands that must answer soon: it never queues a command while Redis is away, and gives up waiting
 * after `commandTimeoutMs`, once for all while Redis is silent. A command that timed out may still have run.
 */
export function connectRedis(options: RedisConnectionOptions): RedisClient {
  const redis = open(options, {
    enableOfflineQueue: false,
    commandTimeout: options.commandTimeoutMs,
    maxRetriesPerRequest: 1,
  });
  if (redis instanceof Cluster) {
    redis.on("+node", refuseWhileSilent);
    limitCommands(redis, options.commandTimeoutMs);
  } else refuseWhileSilent(redis);
  return redis;
}

/** A connection for BullMQ workers, whose blocking commands must not time out. */
export function connectWorkerRedis(options: Omit<RedisConnectionOptions, "commandTimeoutMs">): RedisClient {
  return open(options, { maxRetriesPerRequest: null });
}

function open({ url, name, onError }: Omit<RedisConnectionOptions, "commandTimeoutMs">, settings: Settings) {
  const place = parseRedisUrl(url);
  if (!place) throw new Error("The URL of Redis is not valid");
  const common = { ...settings, connectionName: name, connectTimeout: 2_000, socketTimeout: silenceMs };
  const redis = place.kind === "cluster" ? openCluster(place, common) : openServer(place, common);
  redis.on("error", onError);
  return redis;
}

function openServer(place: Exclude<RedisPlace, { kind: "cluster" }>, settings: Settings): Redis {
  const options = { ...settings, retryStrategy: retryDelayMs };
  if (place.kind === "server") return new Redis(place.url, options);

  const { nodes, name, db, username, password, sentinelPassword, isEncrypted } = place;
  return new Redis({
    ...options,
    sentinels: nodes,
    name,
    db,
    ...(username && { username }),
    ...(password && { password }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(isEncrypted && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    sentinelRetryStrategy: retryDelayMs,
    // When a sentinel hangs, the next one is asked.
    sentinelCommandTimeout: 2_000,
    // A master that hangs keeps its connections: only the sentinels say that it is none any more.
    failoverDetector: true,
    Connector: SentinelConnector,
  });
}

function openCluster(place: Extract<RedisPlace, { kind: "cluster" }>, settings: Settings): Cluster {
  const { nodes, username, password, isEncrypted } = place;
  const { enableOfflineQueue = true, ...redisOptions } = settings;
  return new Cluster(nodes, {
    enableOfflineQueue,
    clusterRetryStrategy: retryDelayMs,
    redisOptions: {
      ...redisOptions,
      ...(username && { username }),
      ...(password && { password }),
      ...(isEncrypted && { tls: {} }),
    },
    // A certificate is for the names of the nodes, not for their addresses.
    ...(isEncrypted && { dnsLookup: (host, found) => found(null, host) }),
  });
}

/** A cluster tries again elsewhere what a node did not take, for longer than anybody should wait. */
function limitCommands(cluster: Cluster, timeoutMs: number): void {
  const send = cluster.sendCommand.bind(cluster);
  cluster.sendCommand = (command, stream, node) => {
    command.setTimeout(timeoutMs);
    return send(command, stream, node);
  };
}
