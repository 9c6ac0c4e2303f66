import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";
import type { Express } from "express";
import type { Logger } from "@longshore/shared/logger";
import { capConnections } from "./limits/cap-connections.ts";
import { refuseBroken } from "./limits/refuse-broken.ts";
import { createMessageClasses } from "./message-classes.ts";
import { serveStreams } from "./streams/serve-streams.ts";
import { asksForStream } from "./streams/asks-for-stream.ts";

export type HttpServer = { server: Server; port: number; close(): Promise<void> };

export type ListenOptions = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  log: Logger;
  /** How many connections are open at once, idle ones and streams too. */
  maxConnections: number;
  /** How long a request's head may take to arrive. */
  headersTimeoutMs?: number;
  /** How long `close` waits for the requests under way. */
  closeTimeoutMs?: number;
};

const options = {
  maxHeaderSize: 16 * 1024,
  insecureHTTPParser: false,
  // `checkHead` says so with a problem.
  requireHostHeader: false,
  // Bodies may take as long as they keep coming, which `createBodyStream` watches.
  requestTimeout: 0,
  // Longer than load balancers keep an idle connection, so that it is never this side that closes first.
  keepAliveTimeout: 75_000,
  shouldUpgradeCallback: asksForStream,
};

/** How long connections without a request stay open while the server closes. */
const lingerMs = 1_000;

/** Serves an app. `close` stops accepting, waits for the requests under way, then cuts what is left. */
export async function listen(
  app: Express,
  { host, port, log, maxConnections, headersTimeoutMs = 10_000, closeTimeoutMs = 10_000 }: ListenOptions,
): Promise<HttpServer> {
  const timeouts = { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: headersTimeoutMs / 5 };
  const server = createServer({ ...options, ...timeouts, ...createMessageClasses(app) }, app);
  // Without a listener Node says 100 Continue by itself, before a route has seen the headers.
  server.on("checkContinue", app).on("checkExpectation", app);
  // No header is dropped: `checkHead` refuses too many.
  server.maxHeadersCount = 0;
  serveStreams(server, app);
  let closing = false;
  trackAnswers(server, () => closing);
  const sockets = capConnections(server, maxConnections);
  refuseBroken(server, log, isAnswered);

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
  for (const event of ["request", "checkContinue", "checkExpectation"]) server.prependListener(event, track);
}

function forget(this: ServerResponse): void {
  const connection: Connection = this.req.socket;
  if (connection[answer] === this) connection[answer] = undefined;
}

/** Has the answers that are under way say `Connection: close`, so that no client is cut off in between. */
function announceClose(connections: Iterable<Connection>): void {
  for (const { [answer]: res } of connections) if (res && !res.headersSent) res.setHeader("Connection", "close");
}

function isAnswered(connection: Connection): boolean {
  return connection[answer]?.headersSent ?? false;
}

/** A client that does not know yet may send on the connection that it has: so one without a request is closed a moment later. */
function closeServer(server: Server, sockets: ReadonlySet<Socket>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const stopAt = performance.now() + lingerMs;
    const sweep = setInterval(() => {
      if (performance.now() < stopAt) return;
      server.closeIdleConnections();
      // To Node a connection is not idle before its first request.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    }, 100);
    const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), timeoutMs);
    // As `server.close`, which would cut connections without a request at once, and requests that are on their way with them.
    NetServer.prototype.close.call(server, () => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}
