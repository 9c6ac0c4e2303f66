import type { IncomingMessage, ServerResponse } from "node:http";

const maxDrainBytes = 64 * 1024 * 1024;
const maxDrainMs = 10_000;

/**
 * Ends an answer, also one that is given before the request's body was read. To close the socket while the client still
 * sends would reset the connection and could lose the answer. So all of it goes out first, with `Connection: close`, and
 * what still arrives is thrown away until the client stops, up to 64 MiB or 10 seconds (RFC 9112, 9.6).
 */
export function endAfterBody(req: IncomingMessage, res: ServerResponse, payload: string | Uint8Array): void {
  if (!hasUnreadBody(req)) {
    res.end(payload);
    return;
  }
  res.setHeader("Connection", "close");
  res.flushHeaders();
  if (payload.length > 0) res.write(payload);
  drain(req, () => res.end());
}

function hasUnreadBody(req: IncomingMessage): boolean {
  if (req.complete || req.destroyed) return false;
  return req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"] ?? 0) > 0;
}

function drain(req: IncomingMessage, done: () => void): void {
  let drained = 0;
  const timer = setTimeout(finish, maxDrainMs);
  req.on("data", count).once("end", finish).once("close", finish).resume();

  function count(chunk: Buffer): void {
    drained += chunk.length;
    if (drained > maxDrainBytes) finish();
  }

  function finish(): void {
    clearTimeout(timer);
    req.off("data", count).off("end", finish).off("close", finish);
    done();
  }
}
