import { expect, test } from "vitest";
import { isLoopback } from "./is-loopback.ts";

test.each(["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost"])("%s is this machine's alone", (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(["0.0.0.0", "::", "192.168.0.1", "10.0.0.1", "::ffff:10.0.0.1", "example.com", "localhost.example.com", ""])(
  "%j may be reached by others",
  (host) => expect(isLoopback(host)).toBe(false),
);
