import { unescape } from "node:querystring";

/** Where Redis is: at one URL, or where its sentinels say, or on the nodes of a cluster. */
export type RedisPlace =
  | { kind: "server"; url: string }
  | ({ kind: "sentinel"; name: string } & Nodes)
  | ({ kind: "cluster" } & Nodes);

type Nodes = {
  nodes: { host: string; port: number }[];
  username?: string;
  password?: string;
  /** What the sentinels themselves ask for, where that is one. */
  sentinelPassword?: string;
  db: number;
  isEncrypted: boolean;
};

const pattern = /^redis(?<s>s?)\+(?<kind>sentinel|cluster):\/\/(?<credentials>.*@)?(?<nodes>[^/?@]+)(?<rest>.*)$/;
const defaultPorts = { sentinel: 26_379, cluster: 6_379 };

/**
 * Reads `redis://…`, `redis+sentinel://[user:password@]host[:port],…/master[/db]` and
 * `redis+cluster://[user:password@]host[:port],…`, each with `rediss` for TLS. Undefined if it is none of them.
 */
export function parseRedisUrl(text: string): RedisPlace | undefined {
  if (/^rediss?:\/\//.test(text)) return URL.canParse(text) ? { kind: "server", url: text } : undefined;
  const parts = pattern.exec(text)?.groups;
  // `URL` knows one host at most.
  const url = parts && URL.parse(`redis://${parts.credentials ?? ""}host${parts.rest}`);
  if (!url) return undefined;

  const kind = parts.kind as keyof typeof defaultPorts;
  const nodes = parts.nodes!.split(",").flatMap((node) => parseNode(node, defaultPorts[kind]) ?? []);
  const [name = "", db = "0", ...more] = url.pathname.slice(1).split("/");
  const isPathRight = kind === "cluster" ? name === "" : name !== "" && /^\d+$/.test(db) && more.length === 0;
  if (!isPathRight || nodes.length < parts.nodes!.split(",").length) return undefined;

  const sentinelPassword = url.searchParams.get("sentinelPassword");
  const place: Nodes = {
    nodes,
    ...(url.username && { username: unescape(url.username) }),
    ...(url.password && { password: unescape(url.password) }),
    ...(sentinelPassword && { sentinelPassword }),
    db: Number(db),
    isEncrypted: parts.s === "s",
  };
  return kind === "sentinel" ? { kind, name: unescape(name), ...place } : { kind, ...place };
}

function parseNode(text: string, defaultPort: number): { host: string; port: number } | undefined {
  const url = URL.parse(`redis://${text}`);
  if (!url?.hostname) return undefined;
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || defaultPort) };
}
