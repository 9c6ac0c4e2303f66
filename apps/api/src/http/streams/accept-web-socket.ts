import type { Request, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import { WebSocketServer, type WebSocket } from "ws";
import { findConnection, handOver } from "./serve-streams.ts";

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: 1024,
});
const refusals = new WeakMap<object, (error: Error) => void>();
sockets.on("wsClientError", (error, _socket, req) => refusals.get(req)?.(error));
sockets.on("headers", (headers, req: Request) => headers.push(`X-Request-Id: ${req.id}`));

/** Switches to the WebSocket protocol. Throws `malformed_request` for a handshake that is none. */
export async function acceptWebSocket(req: Request, res: Response): Promise<WebSocket> {
  const { socket, head } = findConnection(req)!;
  res.detachSocket(socket);
  try {
    const webSocket = await new Promise<WebSocket>((resolve, reject) => {
      refusals.set(req, reject);
      sockets.handleUpgrade(req, socket, head, resolve);
    });
    res.statusCode = 101;
    handOver(res);
    return webSocket;
  } catch (error) {
    res.assignSocket(socket);
    throw new AppError("malformed_request", { message: (error as Error).message, cause: error });
  }
}
