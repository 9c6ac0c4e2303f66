import ipaddr from "ipaddr.js";

/** What stands for an address in a limit. Whoever has one IPv6 address has 2^64 of them, so there it is their network. */
export function networkOf(text = ""): string {
  if (!ipaddr.isValid(text)) return "unknown";
  const address = ipaddr.process(text);
  if (address.kind() === "ipv4") return address.toString();
  const network = (address as ipaddr.IPv6).parts.slice(0, 4);
  return network.map((part) => part.toString(16)).join("-");
}
