import { describe, expect, it } from "vitest";
import { createAddressRule } from "./address-rule.ts";

const isAllowed = createAddressRule();

describe("an address that anyone could reach passes", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.215.14",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "64:ff9b::808:808",
  ])("%s", (address) => {
    expect(isAllowed(address)).toBe(true);
  });
});

describe("an address that leads inside, or nowhere, is refused", () => {
  it.each([
    ["this host", "0.0.0.0"],
    ["this network", "0.255.255.255"],
    ["loopback", "127.0.0.1"],
    ["loopback to its end", "127.255.255.255"],
    ["private, class A", "10.0.0.0"],
    ["private, class A to its end", "10.255.255.255"],
    ["private, class B", "172.16.0.0"],
    ["private, class B to its end", "172.31.255.255"],
    ["private, class C", "192.168.0.0"],
    ["private, class C to its end", "192.168.255.255"],
    ["carrier-grade NAT", "100.64.0.0"],
    ["carrier-grade NAT to its end, and Alibaba's metadata", "100.100.100.200"],
    ["link-local", "169.254.0.0"],
    ["metadata of most clouds", "169.254.169.254"],
    ["Azure's host", "168.63.129.16"],
    ["Oracle's metadata", "192.0.0.192"],
    ["documentation", "192.0.2.1"],
    ["6to4 relays", "192.88.99.1"],
    ["benchmarks", "198.19.255.255"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["no address", "::"],
    ["loopback", "::1"],
    ["loopback, IPv4-compatible", "::127.0.0.1"],
    ["loopback, IPv4-compatible in hex", "::7f00:1"],
    ["loopback, IPv4-mapped", "::ffff:127.0.0.1"],
    ["loopback, IPv4-mapped in hex", "::ffff:7f00:1"],
    ["metadata, IPv4-mapped in hex", "::ffff:a9fe:a9fe"],
    ["private, IPv4-translated", "::ffff:0:a00:1"],
    ["loopback behind NAT64", "64:ff9b::7f00:1"],
    ["metadata behind NAT64", "64:ff9b::a9fe:a9fe"],
    ["NAT64 of one's own network", "64:ff9b:1::808:808"],
    ["6to4 of a private address", "2002:a00:1::"],
    ["6to4 of a public address", "2002:808:808::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["ORCHID", "2001:20::1"],
    ["documentation", "2001:db8::1"],
    ["more documentation", "3fff::1"],
    ["unique local", "fc00::1"],
    ["Amazon's metadata", "fd00:ec2::254"],
    ["link-local", "fe80::1"],
    ["link-local with its interface", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["discard", "100::1"],
    ["segment routing", "5f00::1"],
    ["never handed out", "4000::1"],
    ["no address at all", "localhost"],
  ])("%s: %s", (_what, address) => {
    expect(isAllowed(address)).toBe(false);
  });
});

describe("a range that is allowed besides", () => {
  const isAllowedHere = createAddressRule(["10.1.0.0/16", "fd00:1::/32"]);

  it.each(["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd00:1::1", "8.8.8.8"])("lets %s pass", (address) => {
    expect(isAllowedHere(address)).toBe(true);
  });

  it.each(["10.0.255.255", "10.2.0.0", "fd00:2::1", "127.0.0.1", "::1"])("does not let %s pass", (address) => {
    expect(isAllowedHere(address)).toBe(false);
  });
});
