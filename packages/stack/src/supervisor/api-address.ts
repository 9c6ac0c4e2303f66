import { isIPv6 } from "node:net";
import type { StackConfig } from "../config.ts";
import { findFreePort, isPortFree } from "../process/find-free-port.ts";

/** The port that the configuration asks for, any free one for 0; throws when something else listens there. */
export async function requireFreePort({ HOST, PORT }: StackConfig): Promise<number> {
  if (PORT === 0) return findFreePort();
  if (await isPortFree(PORT, HOST)) return PORT;
  throw new Error(
    `Port ${PORT} of ${HOST} is in use by another program. Choose another one: PORT=${PORT + 1} npm start`,
  );
}

/** Where this machine reaches what listens on a host; the wildcard addresses are no address to call. */
export function urlOf(host: string, port: number): string {
  const reachable = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}
