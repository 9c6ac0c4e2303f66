import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { callbackify } from "node:util";
import type { AddressRule } from "@longshore/shared/net/address-rule";
import { Agent, buildConnector } from "undici";
import { RefusedUrlError } from "./refused-url-error.ts";

/** Finds all addresses of a host. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export type GuardOptions = { isAllowed: AddressRule; resolve?: Resolve };

const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * An HTTP agent that connects only to addresses which `isAllowed`. The socket asks this very look-up where to connect, so
 * the address that was checked is the address that is called: a name that answers differently the next time gains nothing.
 */
export function createGuardedAgent({ isAllowed, resolve = resolveBySystem }: GuardOptions): Agent {
  const resolveAllowed = callbackify(async (hostname: string) => {
    const addresses = await resolve(hostname);
    if (!addresses.every(({ address }) => isAllowed(address))) throw blocked(hostname);
    return addresses;
  });
  const guardedLookup: LookupFunction = (hostname, _options, callback) => resolveAllowed(hostname, callback);

  // With `autoSelectFamily` a socket takes all addresses and tries one after the other.
  const connect = buildConnector({ lookup: guardedLookup, autoSelectFamily: true, allowH2: false });
  return new Agent({
    connect(target, callback) {
      // Only names are looked up: an address in the URL itself would pass the look-up by.
      if (isIP(target.hostname) === 0 || isAllowed(target.hostname)) connect(target, callback);
      else callback(blocked(target.hostname), null);
    },
    keepAliveMaxTimeout: 10_000,
  });
}

/** Does not say which address a name leads to: that is nobody's business who may only guess. */
function blocked(hostname: string): RefusedUrlError {
  return new RefusedUrlError("blocked_address", `${hostname} leads to an address that may not be called`);
}
