import { createServer } from "node:http";
import { listenOn, type Listening } from "@longshore/shared/net/listen-on";
import type { Registry } from "prom-client";

/** Serves `/metrics` on a port of its own, without a key: for a network that clients do not reach. */
export async function serveMetrics(
  registry: Registry,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createServer((req, res) => {
    if (req.url !== "/metrics") return void res.writeHead(404).end();
    registry.metrics().then(
      (text) => res.writeHead(200, { "Content-Type": registry.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  return listenOn(server, { host, port });
}
