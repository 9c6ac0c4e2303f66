import type { Certificates } from "@longshore/shared/testing/make-certificates";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import type { ManagedProcess } from "@longshore/stack/process/start-process";
import { connectOnce } from "./connect-once.ts";
import { startRedisNode } from "./start-redis-node.ts";

export type RedisCluster = AsyncDisposable & {
  url: string;
  /** The process that holds a key at first, and a promise of the moment that its replica does, once that is asked for. */
  holderOf(key: string): Promise<{ pid: number; replaced(): Promise<void> }>;
};

type Node = { port: number; busPort: number; url: string; process: ManagedProcess; id: string };

const password = "secret";

const plain = { scheme: "redis", host: "127.0.0.1", settings: [] };
const encrypted = {
  scheme: "rediss",
  host: "localhost",
  settings: ["cluster-announce-hostname localhost", "cluster-preferred-endpoint-type hostname"],
};

const slots = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/**
 * A Redis Cluster of three masters, each with a replica; all ask for a password. With certificates they ask for TLS too, and
 * announce their names, which those are for, instead of their addresses.
 */
export async function startCluster(dataDir: string, certificates?: Certificates): Promise<RedisCluster> {
  await using cleanup = new AsyncDisposableStack();
  const nodes: Node[] = [];
  for (let number = 1; number <= slots.length * 2; number += 1) {
    const node = await startNode(dataDir, `cluster-${number}`, certificates);
    cleanup.defer(async () => void (await node.process.stop()));
    nodes.push(node);
  }
  const masters = nodes.slice(0, slots.length);
  const replicas = nodes.slice(slots.length);

  for (const [at, master] of masters.entries()) await tell(master, "CLUSTER", "ADDSLOTSRANGE", ...slots[at]!);
  for (const { port, busPort } of nodes.slice(1)) await tell(nodes[0]!, "CLUSTER", "MEET", "127.0.0.1", port, busPort);
  for (const [at, replica] of replicas.entries())
    await waitFor("each node to know its master", async () =>
      tell(replica, "CLUSTER", "REPLICATE", masters[at]!.id).then(
        () => true,
        () => false,
      ),
    );
  for (const node of nodes)
    await waitFor("the cluster to be whole", async () => {
      const info = String(await tell(node, "CLUSTER", "INFO"));
      const list = String(await tell(node, "CLUSTER", "NODES"));
      return info.includes("cluster_state:ok") && list.match(/slave [0-9a-f]{40} /g)?.length === replicas.length;
    });
  for (const replica of replicas)
    await waitFor("each replica to be in step", async () =>
      String(await tell(replica, "INFO", "replication")).includes("master_link_status:up"),
    );

  const { scheme, host } = certificates ? encrypted : plain;
  const url = `${scheme}+cluster://:${password}@${masters.map(({ port }) => `${host}:${port}`).join(",")}`;
  const owned = cleanup.move();
  return {
    url,
    async holderOf(key) {
      const slot = Number(await tell(nodes[0]!, "CLUSTER", "KEYSLOT", key));
      const at = slots.findIndex(([, last]) => slot <= last);
      return {
        pid: masters[at]!.process.pid,
        replaced: async () =>
          void (await waitFor("a replica to take over", async () =>
            String(await tell(replicas[at]!, "ROLE")).startsWith("master"),
          )),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startNode(dataDir: string, name: string, certificates?: Certificates): Promise<Node> {
  const [port, busPort] = [await findFreePort(), await findFreePort()];
  const { scheme, host, settings } = certificates ? encrypted : plain;
  const url = `${scheme}://:${password}@${host}:${port}`;
  const process = await startRedisNode({
    dataDir,
    name,
    url,
    certificates,
    settings: [
      ...settings,
      `cluster-port ${busPort}`,
      `requirepass ${password}`,
      `masterauth ${password}`,
      "cluster-enabled yes",
      "cluster-node-timeout 2000",
      "cluster-config-file nodes.conf",
      "maxmemory-policy noeviction",
      "appendonly yes",
      'save ""',
    ],
  });
  const node = { port, busPort, url, process, id: "" };
  return { ...node, id: String(await tell(node, "CLUSTER", "MYID")) };
}

async function tell({ url }: Pick<Node, "url">, command: string, ...args: (string | number)[]): Promise<unknown> {
  await using redis = await connectOnce(url);
  return await redis.client.call(command, ...args);
}
