import { IncomingMessage } from "node:http";

const flag = Symbol("upgrade");

/** Whether a request asks for a WebSocket. One that asks for another protocol is answered in this one. */
export function asksForWebSocket(req: IncomingMessage): boolean {
  return req.method === "GET" && req.headers.upgrade?.toLowerCase() === "websocket";
}

/** Whether the connection of a request is to be a stream's own from now on: a WebSocket's, or that of a path of events. */
export function asksForStream(req: IncomingMessage): boolean {
  return asksForWebSocket(req) || (req.method === "GET" && /^[^?]*\/events(\?|$)/.test(req.url ?? ""));
}

/**
 * A request that makes Node let go of the connection of a stream, as it does by itself of a WebSocket's only. An open
 * answer of HTTP takes 20 KiB, half of it for a parser that has nothing more to parse; a socket alone takes 4.
 */
export class StreamRequest extends IncomingMessage {
  private [flag]: unknown;

  get upgrade(): unknown {
    return this[flag] || asksForStream(this);
  }

  set upgrade(value: unknown) {
    this[flag] = value;
  }
}
