import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A connection over TCP, by the port of whoever made it and the one it was made to. */
export type Connection = { port: number; serverPort: number };

/** Which of these processes has made the connection; Linux says so in `/proc`. One port may be used towards many servers. */
export function findClient(pids: readonly number[], { port, serverPort }: Connection): number | undefined {
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((text) => text.trim().split(/\s+/))
    .find(([, local, remote]) => portOf(local) === port && portOf(remote) === serverPort);
  const socket = `socket:[${line?.[9]}]`;
  return pids.find((pid) => readdirSync(`/proc/${pid}/fd`).some((fd) => readLink(`/proc/${pid}/fd/${fd}`) === socket));
}

/** The port of an address as `/proc` writes it: `0100007F:1538`. */
function portOf(address = ""): number {
  return Number.parseInt(address.slice(address.indexOf(":") + 1), 16);
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed in this very moment.
    return undefined;
  }
}
