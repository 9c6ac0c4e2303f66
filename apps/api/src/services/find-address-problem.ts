import { isIP } from "node:net";
import type { AddressRule } from "@longshore/shared/net/address-rule";

/** Why a URL cannot be called that names an address; what a name leads to is known only when it is called. */
export function findAddressProblem(url: string, isAllowed: AddressRule): string | undefined {
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  return isIP(host) !== 0 && !isAllowed(host) ? "must not lead to an address that is not public" : undefined;
}
