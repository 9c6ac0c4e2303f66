import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type CollectedSpan = { service: string; name: string; traceId: string; spanId: string; parentSpanId?: string };

export type Collector = {
  url: string;
  /** What was exported so far. */
  spans: CollectedSpan[];
  /** The `traceparent` of each other call. */
  calls: (string | undefined)[];
  close(): Promise<void>;
};

type Attribute = { key: string; value: { stringValue?: string } };
type Export = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: Omit<CollectedSpan, "service">[] }[];
  }[];
};

/** Takes what OpenTelemetry exports, as JSON over HTTP, and any other call. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const calls: (string | undefined)[] = [];

  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks = (await req.toArray()) as Buffer[];
    if (req.url === "/v1/traces") spans.push(...readSpans(JSON.parse(Buffer.concat(chunks).toString()) as Export));
    else calls.push(req.headers.traceparent as string | undefined);
    res.writeHead(200, { "Content-Type": "application/json" }).end("{}");
  }

  const server = createServer((req, res) => void take(req, res));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    calls,
    async close() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

function readSpans({ resourceSpans }: Export): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue ?? "";
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}
