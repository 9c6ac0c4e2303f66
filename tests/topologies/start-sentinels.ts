import type { Certificates } from "@longshore/shared/testing/make-certificates";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { connectOnce } from "./connect-once.ts";
import { startRedisNode } from "./start-redis-node.ts";

const group = "longshore-master";
const user = "longshore";
const password = "of-servers";
const sentinelPassword = "of-sentinels";

export type Sentinels = AsyncDisposable & {
  url: string;
  /** The process of the sentinel that is asked first. */
  firstSentinel: number;
  /** The process that is the master now. */
  master(): Promise<number>;
  /** Resolves when another one than this is the master. */
  replaced(master: number): Promise<void>;
  /** Resolves when the other one is the master's replica, and in step. */
  inStep(): Promise<void>;
};

/**
 * A master and its replica, and three sentinels of which two decide; each asks for its password, and with certificates for TLS.
 */
export async function startSentinels(dataDir: string, certificates?: Certificates): Promise<Sentinels> {
  await using cleanup = new AsyncDisposableStack();
  const scheme = certificates ? "rediss" : "redis";
  const start = async (name: string, credentials: string, settings: string[], args: string[] = []) => {
    const port = await findFreePort();
    const url = `${scheme}://${credentials}@127.0.0.1:${port}`;
    const process = await startRedisNode({ dataDir, name, url, certificates, settings, args });
    cleanup.defer(async () => void (await process.stop()));
    return { url, port, pid: process.pid };
  };
  const server = [
    "user default off",
    `user ${user} on ~* &* +@all >${password}`,
    `masteruser ${user}`,
    `masterauth ${password}`,
    "maxmemory-policy noeviction",
    "appendonly yes",
    'save ""',
    "repl-diskless-sync-delay 0",
  ];

  const first = await start("master", `${user}:${password}`, server);
  const replica = await start("replica", `${user}:${password}`, [...server, `replicaof 127.0.0.1 ${first.port}`]);
  const servers = [first, replica];
  await inStep();

  const sentinels: Awaited<ReturnType<typeof start>>[] = [];
  for (const number of [1, 2, 3]) {
    const settings = [
      `requirepass ${sentinelPassword}`,
      `sentinel monitor ${group} 127.0.0.1 ${first.port} 2`,
      `sentinel auth-user ${group} ${user}`,
      `sentinel auth-pass ${group} ${password}`,
      `sentinel sentinel-pass ${sentinelPassword}`,
      `sentinel down-after-milliseconds ${group} 1000`,
      `sentinel failover-timeout ${group} 5000`,
    ];
    sentinels.push(await start(`sentinel-${number}`, `:${sentinelPassword}`, settings, ["--sentinel"]));
  }
  for (const { url } of sentinels)
    await waitFor("each sentinel to know the others and the replica", async () => {
      const told = await ask(url, "SENTINEL", "MASTER", group);
      return /num-slaves,1,/.test(told) && /num-other-sentinels,2,/.test(told) && /flags,master,/.test(told);
    });

  async function findMaster(): Promise<number> {
    const told = await Promise.all(sentinels.map(({ url }) => ask(url, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", group)));
    const [, byMost] = told.toSorted();
    return servers.find(({ url }) => new URL(url).port === byMost!.split(",")[1])!.pid;
  }

  async function inStep(): Promise<void> {
    await waitFor("a replica in step", async () => {
      const links = await Promise.all(servers.map(({ url }) => ask(url, "INFO", "replication").catch(String)));
      return links.some((link) => link.includes("master_link_status:up"));
    });
  }

  const owned = cleanup.move();
  return {
    url: `${scheme}+sentinel://${user}:${password}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${group}?sentinelPassword=${sentinelPassword}`,
    firstSentinel: sentinels[0]!.pid,
    master: findMaster,
    replaced: async (master) => void (await waitFor("another master", async () => (await findMaster()) !== master)),
    inStep,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function ask(url: string, command: string, ...args: string[]): Promise<string> {
  await using redis = await connectOnce(url);
  return String(await redis.client.call(command, ...args));
}
