import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type TestServer = AsyncDisposable & {
  /** Without a slash at its end. */
  url: string;
  port: number;
  /** What was asked for, in its order. */
  paths: string[];
};

/** What a server does with a request; what it returns is of no interest. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** An HTTP server of a test's own, on a free port. */
export async function startServer(answer: Answer, { host = "127.0.0.1", port = 0 } = {}): Promise<TestServer> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    void answer(request, response);
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
