import { waitFor } from "@longshore/shared/testing/wait-for";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { connectOnce } from "./connect-once.ts";
import { startRedisNode } from "./start-redis-node.ts";

const group = "longshore-master";
const password = "of-servers";
const sentinelPassword = "of-sentinels";

export type Sentinels = AsyncDisposable & {
  url: string;
  /** The process that is the master now. */
  master(): Promise<number>;
  /** Resolves when another one than this is the master. */
  replaced(master: number): Promise<void>;
  /** Resolves when the other one is the master's replica, and in step. */
  inStep(): Promise<void>;
};

/** A master and its replica, and three sentinels of which two decide; each asks for its password. */
export async function startSentinels(dataDir: string): Promise<Sentinels> {
  await using cleanup = new AsyncDisposableStack();
  const start = async (name: string, port: number, secret: string, settings: string[], args: string[] = []) => {
    const url = `redis://:${secret}@127.0.0.1:${port}`;
    const common = [`port ${port}`, `requirepass ${secret}`];
    const process = await startRedisNode({ dataDir, name, url, args, settings: [...common, ...settings] });
    cleanup.defer(async () => void (await process.stop()));
    return { url, process };
  };
  const server = [
    `masterauth ${password}`,
    "maxmemory-policy noeviction",
    "appendonly yes",
    'save ""',
    "repl-diskless-sync-delay 0",
  ];

  const masterPort = await findFreePort();
  const first = await start("master", masterPort, password, server);
  const replica = await start("replica", await findFreePort(), password, [
    ...server,
    `replicaof 127.0.0.1 ${masterPort}`,
  ]);
  const servers = [first, replica];
  await inStep();

  const sentinels: { url: string; port: number }[] = [];
  for (const number of [1, 2, 3]) {
    const sentinelPort = await findFreePort();
    const settings = [
      `sentinel monitor ${group} 127.0.0.1 ${masterPort} 2`,
      `sentinel auth-pass ${group} ${password}`,
      `sentinel sentinel-pass ${sentinelPassword}`,
      `sentinel down-after-milliseconds ${group} 1000`,
      `sentinel failover-timeout ${group} 5000`,
    ];
    const { url } = await start(`sentinel-${number}`, sentinelPort, sentinelPassword, settings, ["--sentinel"]);
    sentinels.push({ url, port: sentinelPort });
  }
  for (const { url } of sentinels)
    await waitFor("each sentinel to know the others and the replica", async () => {
      const told = await ask(url, "SENTINEL", "MASTER", group);
      return /num-slaves,1,/.test(told) && /num-other-sentinels,2,/.test(told) && /flags,master,/.test(told);
    });

  async function findMaster(): Promise<number> {
    const told = await Promise.all(sentinels.map(({ url }) => ask(url, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", group)));
    const [, byMost] = told.toSorted();
    return servers.find(({ url }) => new URL(url).port === byMost!.split(",")[1])!.process.pid;
  }

  async function inStep(): Promise<void> {
    await waitFor("a replica in step", async () => {
      const links = await Promise.all(servers.map(({ url }) => ask(url, "INFO", "replication").catch(String)));
      return links.some((link) => link.includes("master_link_status:up"));
    });
  }

  const owned = cleanup.move();
  return {
    url: `redis+sentinel://:${password}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${group}?sentinelPassword=${sentinelPassword}`,
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
