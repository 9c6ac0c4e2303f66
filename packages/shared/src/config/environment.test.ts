import { describe, expect, it } from "vitest";
import { outboundEnvironment } from "./environment.ts";
import { parseConfig } from "./parse-config.ts";

const bytes = (count: number) => Buffer.alloc(count, 7).toString("base64");

describe("FETCH_ALLOW_PRIVATE", () => {
  const read = (value: string) => parseConfig(outboundEnvironment, { FETCH_ALLOW_PRIVATE: value }).FETCH_ALLOW_PRIVATE;

  it.each([
    ["", []],
    ["10.1.0.0/16", ["10.1.0.0/16"]],
    ["10.1.0.0/16,127.0.0.1/32  fd00::/8", ["10.1.0.0/16", "127.0.0.1/32", "fd00::/8"]],
  ])("of %j are the ranges %j", (value, ranges) => expect(read(value)).toEqual(ranges));

  it.each(["10.1.0.0", "10.1.0.0/33", "localhost", "10.1.0.0/16;10.2.0.0/16"])("of %j is refused", (value) => {
    expect(() => read(value)).toThrow("FETCH_ALLOW_PRIVATE: must be ranges such as 10.1.0.0/16");
  });
});

describe("WEBHOOK_SECRET", () => {
  const read = (value: string) => parseConfig(outboundEnvironment, { WEBHOOK_SECRET: value }).WEBHOOK_SECRET;

  it.each([
    ["", 0],
    [`whsec_${bytes(24)}`, 1],
    [`whsec_${bytes(64)} whsec_${bytes(24)}`, 2],
  ])("of %j is %i secrets", (value, count) => expect(read(value)).toHaveLength(count));

  it.each([
    bytes(24),
    "whsec_",
    `whsec_${bytes(23)}`,
    `whsec_${bytes(65)}`,
    "whsec_not base64!",
    `whsec_${bytes(24)} x`,
  ])("of %j is refused", (value) =>
    expect(() => read(value)).toThrow("WEBHOOK_SECRET: must be whsec_ and 24 to 64 bytes in base64"),
  );
});
