import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Which of these processes has the connection whose own port is this one; Linux says so in `/proc`. */
export function findClient(pids: readonly number[], port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((text) => text.trim().split(/\s+/)[1]?.endsWith(`:${hex}`));
  const socket = `socket:[${line?.trim().split(/\s+/)[9]}]`;
  return pids.find((pid) => readdirSync(`/proc/${pid}/fd`).some((fd) => readLink(`/proc/${pid}/fd/${fd}`) === socket));
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed in this very moment.
    return undefined;
  }
}
