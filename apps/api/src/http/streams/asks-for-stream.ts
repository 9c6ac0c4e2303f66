import type { IncomingMessage } from "node:http";

/** Whether a request asks for a WebSocket. One that asks for another protocol is answered in this one. */
export function asksForWebSocket(req: IncomingMessage): boolean {
  return req.method === "GET" && req.headers.upgrade?.toLowerCase() === "websocket";
}

/** Whether the connection of a request is to be a stream's own from now on: a WebSocket's, or that of a path of events. */
export function asksForStream(req: IncomingMessage): boolean {
  return asksForWebSocket(req) || (req.method === "GET" && /^[^?]*\/events(\?|$)/.test(req.url ?? ""));
}
