import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type HttpServer = { server: Server; port: number; close(): Promise<void> };

export type ListenOptions = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** How long `close` waits for the requests under way. */
  closeTimeoutMs?: number;
};

/**
 * Serves an app. Headers must arrive within 10 seconds; bodies may take as long as they keep coming, which
 * `createBodyStream` watches. `close` stops accepting, waits for what is under way, then cuts what is left.
 */
export async function listen(
  app: RequestListener,
  { host, port, closeTimeoutMs = 10_000 }: ListenOptions,
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 0,
      // Longer than the idle timeouts of common load balancers, so that it is never us who close first.
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 2_000,
    },
    app,
  );
  // Without a listener Node says 100 Continue by itself, before a route has had a look at the headers.
  server.on("checkContinue", app);

  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  return { server, port: (server.address() as AddressInfo).port, close: () => close(server, closeTimeoutMs) };
}

function close(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 100);
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}
