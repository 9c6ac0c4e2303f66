import type { Socket } from "node:net";
import type { Request, Response } from "express";
import type { KeptStream } from "./client-stream.ts";
import { findConnection, handOver } from "./serve-streams.ts";

/** Answers with server-sent events, as the HTML standard has them. The headers ask all that is in between not to hold back. */
export function openEventStream(req: Request, res: Response): KeptStream {
  // The stream is over when the connection is: nobody has to count its chunks.
  res.removeHeader("Transfer-Encoding");
  res.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    Connection: "close",
  });
  res.flushHeaders();
  const out = detach(req, res) ?? res;
  if (req.method === "HEAD") out.end();

  let sentAt = performance.now();
  let behindSince: number | undefined;
  let caughtUp: PromiseWithResolvers<void> | undefined;
  if ("destroySoon" in out) out.once("end", end).resume();
  out.on("drain", settle).once("close", settle);
  write("retry: 2000\n\n");

  function settle(): void {
    behindSince = undefined;
    caughtUp?.resolve();
    caughtUp = undefined;
  }

  function isOpen(): boolean {
    return !out.writableEnded && !out.destroyed;
  }

  function write(text: string): void {
    if (!isOpen()) return;
    sentAt = performance.now();
    if (!out.write(text)) behindSince ??= sentAt;
  }

  function end(): void {
    if ("destroySoon" in out) out.destroySoon();
    else out.end();
  }

  return {
    isOpen,
    send: ({ id, event, data }) => write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`),
    catchUp() {
      if (behindSince === undefined || !isOpen()) return undefined;
      caughtUp ??= Promise.withResolvers();
      return caughtUp.promise;
    },
    end,
    onClose: (listener) => (out.destroyed ? listener() : void out.once("close", listener)),
    sentAt: () => sentAt,
    behindSince: () => behindSince,
    beat: () => write(":\n\n"),
    leave: end,
    cut: () => void out.destroy(),
  };
}

function detach(req: Request, res: Response): Socket | undefined {
  const connection = findConnection(req);
  if (!connection) return undefined;
  res.detachSocket(connection.socket);
  handOver(res);
  return connection.socket;
}
