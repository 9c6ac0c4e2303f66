import { expect, test } from "vitest";
import { isHostPattern } from "./is-host-pattern.ts";
import { matchHost } from "./match-host.ts";

test.each([
  ["api.example.com", "api.example.com", true],
  ["api.example.com", "API.Example.com.", true],
  ["api.example.com", "api.example.com:8443", true],
  ["api.example.com:8443", "api.example.com:8443", true],
  ["api.example.com:8443", "api.example.com", false],
  ["api.example.com", "evil.example.com", false],
  ["api.example.com", "api.example.com.evil.example", false],
  ["api.example.com", "xapi.example.com", false],
  ["*.example.com", "a.example.com", true],
  ["*.example.com", "a.b.example.com:80", true],
  ["*.example.com", "example.com", false],
  ["*.example.com", "notexample.com", false],
  ["*", "anything.example", true],
  ["127.0.0.1", "127.0.0.1:8080", true],
  ["[::1]", "[::1]:8080", true],
  ["[::1]", "[::2]:8080", false],
  ["localhost", "localhost:x", false],
  ["localhost", "localhost@evil.example", false],
  ["localhost", "", false],
])("%s means the host %s: %s", (pattern, host, expected) => {
  expect(isHostPattern(pattern)).toBe(true);
  expect(matchHost(pattern)(host)).toBe(expected);
});

test.each(["", "https://example.com", "example.com/", "a.*.example.com", "::1", "example.com:http"])(
  "%j is not the pattern of a host",
  (text) => expect(isHostPattern(text)).toBe(false),
);
