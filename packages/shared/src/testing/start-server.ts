import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificates } from "./make-certificates.ts";

export type TestServer = AsyncDisposable & {
  /** Without a slash at its end. */
  url: string;
  port: number;
  /** What was asked for, in its order. */
  paths: string[];
  /** How many connections there were. */
  connections(): number;
};

/** What a server does with a request; what it returns is of no interest. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

type Options = { host?: string; port?: number; certificates?: Certificates };

/** An HTTP server of a test's own, on a free port; with certificates it speaks HTTPS. */
export async function startServer(answer: Answer, options: Options = {}): Promise<TestServer> {
  const { host = "127.0.0.1", port = 0, certificates } = options;
  const paths: string[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    paths.push(request.url ?? "");
    void answer(request, response);
  };
  const server = certificates
    ? createTlsServer({ cert: readFileSync(certificates.cert), key: readFileSync(certificates.key) }, listener)
    : createServer(listener);
  server.on("connection", () => (connections += 1));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `${certificates ? "https" : "http"}://${host}:${address.port}`,
    port: address.port,
    paths,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
