import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../src/testing/wait-for.ts";
import { passTraces } from "../src/tracing/pass-traces.ts";
import { startTracing } from "../src/tracing/start-tracing.ts";
import { traceIdOf } from "../src/tracing/trace-id-of.ts";

const nobody = "http://127.0.0.1:1";
const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

beforeAll(() => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = nobody;
});
afterAll(() => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
});

async function start(options: { ratio?: number; endpoint?: string; onError?: (error: unknown) => void } = {}) {
  return startTracing({ service: "test", version: "0", ratio: 1, endpoint: nobody, onError: () => {}, ...options });
}

describe("traces that are recorded", () => {
  it.each([
    ["01", 0],
    ["00", 1],
  ])("are those whose caller has decided so: flags %s, whatever part of ours is", async (flags, ratio) => {
    const tracing = await start({ ratio });
    const { traceparent } = tracing.start("work", { kind: "server", parent: `${parent}-${flags}` });
    expect(traceIdOf(traceparent)).toBe(traceIdOf(parent));
    expect(traceparent).toMatch(new RegExp(`-${flags}$`));
    await tracing.close();
  });

  it.each([
    [0, "00"],
    [1, "01"],
  ])("are the part %d of those that begin here: flags %s", async (ratio, flags) => {
    const tracing = await start({ ratio });
    for (const given of [undefined, null, "nonsense"]) {
      const { traceparent } = tracing.start("work", { kind: "server", parent: given });
      expect(traceparent).toMatch(new RegExp(`^00-[0-9a-f]{32}-[0-9a-f]{16}-${flags}$`));
    }
    await tracing.close();
  });

  it("are told of when nobody takes them", async () => {
    await using server = await startRefusing();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = server.url;
    const errors: unknown[] = [];
    const tracing = await start({ onError: (error) => errors.push(error) });
    tracing.start("work", { kind: "server" }).end({ failure: "no" });
    await waitFor("the error", async () => errors.length > 0);
    await tracing.close();
  });

  it("hold up no end while nobody is there to take them", async () => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = nobody;
    const tracing = await start();
    tracing.start("work", { kind: "server" }).end();
    await tracing.close();
  });
});

async function startRefusing(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_req, res) => res.writeHead(400).end());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

it("without an endpoint, traces are handed on and no more", async () => {
  expect(await start({ endpoint: "" })).toBe(passTraces);
});
