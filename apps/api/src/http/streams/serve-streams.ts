import { ServerResponse, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";

/** What Node let go of: the connection, and what came on it after the request. */
export type Connection = { socket: Socket; head: Buffer };

const connections = new WeakMap<IncomingMessage, Connection>();
const handedOver = new WeakSet<ServerResponse>();

/**
 * Sends requests for streams through the same app as all others, so that they meet the same checks and are refused with the
 * same problems. A route that streams detaches the connection from the response, and hands it over.
 */
export function serveStreams(server: Server, app: RequestListener): void {
  server.on("upgrade", (req: IncomingMessage, socket: Socket, head: Buffer) => {
    // From here on nobody else listens for it, and a client may leave at any time.
    socket.on("error", () => socket.destroy());
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    res.once("finish", () => socket.destroySoon());
    connections.set(req, { socket, head });
    app(req, res);
  });
}

/** The connection of a request that Node let go of. Undefined for any other, such as a HEAD request for a stream. */
export function findConnection(req: IncomingMessage): Connection | undefined {
  return connections.get(req);
}

/** The request is over for all who wait for that, and nothing of it stays behind; its connection goes on as a stream. */
export function handOver(res: ServerResponse): void {
  handedOver.add(res);
  res.emit("close");
}

export function isHandedOver(res: ServerResponse): boolean {
  return handedOver.has(res);
}
