import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { serveStreams } from "./streams/serve-streams.ts";
import { asksForStream, StreamRequest } from "./streams/stream-request.ts";

export type HttpServer = { server: Server; port: number; close(): Promise<void> };

export type ListenOptions = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** How long `close` waits for the requests under way. */
  closeTimeoutMs?: number;
};

const options = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  // Bodies may take as long as they keep coming, which `createBodyStream` watches.
  requestTimeout: 0,
  // Longer than load balancers keep an idle connection, so that it is never this side that closes first.
  keepAliveTimeout: 75_000,
  IncomingMessage: StreamRequest,
  shouldUpgradeCallback: asksForStream,
};

/** Serves an app. `close` stops accepting, waits for the requests under way, then cuts what is left. */
export async function listen(
  app: RequestListener,
  { host, port, closeTimeoutMs = 10_000 }: ListenOptions,
): Promise<HttpServer> {
  const server = createServer(options, app);
  // Without a listener Node says 100 Continue by itself, before a route has seen the headers.
  server.on("checkContinue", app);
  serveStreams(server, app);
  let closing = false;
  trackAnswers(server, () => closing);
  const sockets = trackSockets(server);

  await once(server.listen(port, host), "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing = true;
      announceClose(sockets);
      return closeServer(server, sockets, closeTimeoutMs);
    },
  };
}

const answer = Symbol("the answer that is under way");
type Connection = Socket & { [answer]?: ServerResponse | undefined };

/** Has each connection know its answer. (A set of all answers would change so often that it keeps thousands of old ones alive.) */
function trackAnswers(server: Server, isClosing: () => boolean): void {
  const track: RequestListener = (req, res) => {
    const connection: Connection = req.socket;
    if (isClosing()) res.setHeader("Connection", "close");
    connection[answer] = res;
    res.on("close", forget);
  };
  server.prependListener("request", track).prependListener("checkContinue", track);
}

function forget(this: ServerResponse): void {
  const connection: Connection = this.req.socket;
  if (connection[answer] === this) connection[answer] = undefined;
}

/** Has the answers that are under way say `Connection: close`, so that no client is cut off in between. */
function announceClose(connections: Iterable<Connection>): void {
  for (const { [answer]: res } of connections) if (res && !res.headersSent) res.setHeader("Connection", "close");
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
