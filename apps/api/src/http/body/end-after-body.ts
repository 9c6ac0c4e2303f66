import type { IncomingMessage, ServerResponse } from "node:http";

const maxDrainBytes = 64 * 1024 * 1024;
const maxDrainMs = 10_000;

/** A rest this small is not worth a new connection. */
const maxKeepAliveBytes = 64 * 1024;

/**
 * Ends an answer, also one that is given before the request's body was read. To close the socket while the client still
 * sends would reset the connection and could lose the answer. So all of it goes out first, with `Connection: close`
 * unless little can follow, and what still arrives is thrown away, up to 64 MiB or 10 seconds (RFC 9112, 9.6).
 */
export function endAfterBody(req: IncomingMessage, res: ServerResponse, payload: string | Uint8Array): void {
  const unread = countUnreadBytes(req);
  if (unread === 0) {
    res.end(payload);
    return;
  }
  if (unread > maxKeepAliveBytes) res.setHeader("Connection", "close");
  res.flushHeaders();
  if (payload.length > 0) res.write(payload);
  drain(req, (complete) => {
    res.end(() => {
      if (!complete) req.destroy();
    });
  });
}

/** How much may still come, going by what the request says of itself. */
function countUnreadBytes(req: IncomingMessage): number {
  if (req.complete || req.destroyed) return 0;
  return req.headers["transfer-encoding"] === undefined ? Number(req.headers["content-length"] ?? 0) : Infinity;
}

function drain(req: IncomingMessage, done: (complete: boolean) => void): void {
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
    done(req.complete);
  }
}
