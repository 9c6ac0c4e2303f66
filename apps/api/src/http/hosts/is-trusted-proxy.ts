import ipaddr from "ipaddr.js";

/** The names that Express has for ranges. */
const ranges = new Set(["loopback", "linklocal", "uniquelocal"]);

/** Whether a text says where a proxy is: an address, a range of them, or a name of one. */
export function isTrustedProxy(text: string): boolean {
  return ranges.has(text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}
