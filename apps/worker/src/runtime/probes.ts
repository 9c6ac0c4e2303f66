import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listenOn, type Listening } from "@longshore/shared/net/listen-on";
import type { Registry } from "prom-client";

export type ProbesOptions = {
  port: number;
  host: string;
  registry: Registry;
  isLive: () => boolean;
  /** Resolves when the worker can work; rejects with what is missing. */
  checkReady: () => Promise<void>;
};

/** Serves `/livez`, which touches no dependency, `/readyz` and `/metrics`. */
export async function startProbes({ port, host, registry, isLive, checkReady }: ProbesOptions): Promise<Listening> {
  const answers: Record<string, () => Promise<string | undefined>> = {
    "/livez": async () => (isLive() ? undefined : "the worker does not fetch"),
    "/readyz": () =>
      checkReady().then(
        () => undefined,
        (error: Error) => error.message,
      ),
  };

  async function sendMetrics(res: ServerResponse): Promise<void> {
    const text = await registry.metrics().catch(() => undefined);
    res.writeHead(text === undefined ? 500 : 200, { "Content-Type": registry.contentType }).end(text);
  }

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.url === "/metrics") return sendMetrics(res);
    const answer = answers[req.url ?? ""];
    const problem = answer ? await answer() : undefined;
    const status = answer ? (problem ? 503 : 200) : 404;
    res.writeHead(status, { "Content-Type": "application/json" });
    res.end(JSON.stringify({ status: status === 200 ? "ok" : "unavailable", ...(problem && { detail: problem }) }));
  }

  const server = createServer((req, res) => void respond(req, res));
  return listenOn(server, { host, port });
}
