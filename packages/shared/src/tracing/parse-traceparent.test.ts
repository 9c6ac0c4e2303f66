import { describe, expect, it } from "vitest";
import { parseTraceparent } from "./parse-traceparent.ts";
import { passTraces } from "./pass-traces.ts";
import { traceIdOf } from "./trace-id-of.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const given = `00-${traceId}-${spanId}-01`;

describe("a traceparent", () => {
  it.each([
    [given, true],
    [`00-${traceId}-${spanId}-00`, false],
    [`00-${traceId}-${spanId}-03`, true],
    [`cc-${traceId}-${spanId}-01`, true],
    [`cc-${traceId}-${spanId}-00-what.the.future.brings`, false],
  ])("%s is read", (text, sampled) => expect(parseTraceparent(text)).toEqual({ traceId, spanId, sampled }));

  it.each([
    undefined,
    "",
    given.toUpperCase(),
    ` ${given}`,
    `${given}-`,
    `${given}-more`,
    `${given}, ${given}`,
    `ff-${traceId}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01.more`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId.replace("a", "g")}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01-${"x".repeat(500)}`,
  ])("%j is not", (text) => expect(parseTraceparent(text)).toBeUndefined());
});

describe("a trace that is handed on", () => {
  const handOn = (parent: unknown) => passTraces.start("work", { kind: "server", parent }).traceparent;

  it("stays the same trace, sampled as it was, with a span of its own", () => {
    expect(handOn(given)).toMatch(new RegExp(`^00-${traceId}-(?!${spanId})[0-9a-f]{16}-01$`));
    expect(handOn(`00-${traceId}-${spanId}-00`)).toMatch(/-00$/);
  });

  it("is a new one where none was given, and each is another", () => {
    const traces = Array.from({ length: 1_000 }, () => handOn("nonsense"));
    expect(traces.every((text) => parseTraceparent(text)?.sampled)).toBe(true);
    expect(new Set(traces.map(traceIdOf)).size).toBe(1_000);
  });
});
