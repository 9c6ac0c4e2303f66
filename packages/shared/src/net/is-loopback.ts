import ipaddr from "ipaddr.js";

/** Whether nobody but this machine reaches what listens on a host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() === "loopback");
}
