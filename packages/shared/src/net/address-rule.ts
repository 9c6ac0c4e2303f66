import ipaddr from "ipaddr.js";

/** Whether an IP address, written in any way, may be connected to. */
export type AddressRule = (address: string) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** All that is handed out to the public of IPv6; what is special within it is sorted out by name. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/** Where Azure's machines reach their host, although the address is a public one. */
const azureHost = "168.63.129.16";

/**
 * Lets addresses pass that anyone on the internet could reach, and those in `alsoAllowed`, a list of CIDR ranges. Loopback,
 * private, link-local, multicast, reserved and tunnelled addresses are refused, and whatever is not known to be public.
 */
export function createAddressRule(alsoAllowed: readonly string[] = []): AddressRule {
  const ranges = alsoAllowed.map((range) => ipaddr.parseCIDR(range));

  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const address = reached(ipaddr.parse(text));
    return isPublic(address) || ranges.some(([network, bits]) => isWithin(address, network, bits));
  };
}

/** The address behind one that only wraps an IPv4 address: that is where the packets go. */
function reached(address: Address): Address {
  if (isIpv4(address)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(nat64) ? new ipaddr.IPv4(address.toByteArray().slice(-4)) : address;
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return isIpv4(address) ? address.toString() !== azureHost : address.match(globalUnicast);
}

function isWithin(address: Address, network: Address, bits: number): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function isIpv4(address: Address): address is ipaddr.IPv4 {
  return address.kind() === "ipv4";
}
