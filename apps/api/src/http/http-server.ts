import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type HttpServer = { server: Server; port: number; close(): Promise<void> };

export type ListenOptions = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** How long `close` waits for the requests under way. */
  closeTimeoutMs?: number;
};

const limits = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  // Bodies may take as long as they keep coming, which `createBodyStream` watches.
  requestTimeout: 0,
  // Longer than load balancers keep an idle connection, so that it is never this side that closes first.
  keepAliveTimeout: 75_000,
};

/** Serves an app. `close` stops accepting, waits for the requests under way, then cuts what is left. */
export async function listen(
  app: RequestListener,
  { host, port, closeTimeoutMs = 10_000 }: ListenOptions,
): Promise<HttpServer> {
  const server = createServer(limits, app);
  // Without a listener Node says 100 Continue by itself, before a route has seen the headers.
  server.on("checkContinue", app);
  const announceClose = trackResponses(server);
  const sockets = trackSockets(server);

  await once(server.listen(port, host), "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () => {
      announceClose();
      return closeServer(server, sockets, closeTimeoutMs);
    },
  };
}

/** Returns a function that has every answer from then on say `Connection: close`, so that no client is cut off in between. */
function trackResponses(server: Server): () => void {
  const underWay = new Set<ServerResponse>();
  let closing = false;
  const track: RequestListener = (_req, res) => {
    if (closing) res.setHeader("Connection", "close");
    underWay.add(res);
    res.once("close", () => underWay.delete(res));
  };
  server.prependListener("request", track).prependListener("checkContinue", track);
  return () => {
    closing = true;
    for (const res of underWay) if (!res.headersSent) res.setHeader("Connection", "close");
  };
}

/** Also those that were upgraded, which the server itself forgets. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), timeoutMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}
