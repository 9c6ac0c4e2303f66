import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { AppError } from "@longshore/shared/errors";
import { allowBody } from "./allow-body.ts";

/** A client that sends no byte for this long, while we wait for one, has stalled. */
const stallTimeoutMs = 30_000;

/**
 * The bytes of a request's body. Unlike the request itself it can be destroyed, by a failing pipeline or an early `break`,
 * without taking the socket along, so that the client still gets its answer. Nothing is read, and a client that asked
 * with `Expect: 100-continue` is not told to go on, before the first read.
 * Fails with `upload_incomplete` when the client goes away and with `request_timeout` when it stalls.
 */
export function createBodyStream(req: IncomingMessage, res: ServerResponse, timeoutMs = stallTimeoutMs): Readable {
  let stall: NodeJS.Timeout | undefined;

  const stream = new Readable({
    read() {
      if (req.destroyed) return onClose();
      clearTimeout(stall);
      stall = setTimeout(() => stream.destroy(new AppError("request_timeout")), timeoutMs);
      if (req.listenerCount("data") > 0) req.resume();
      else start();
    },
    destroy(error, done) {
      clearTimeout(stall);
      req.off("data", onData).off("end", onEnd).off("close", onClose).pause();
      done(error);
    },
  });

  function start(): void {
    allowBody(req, res);
    req.on("data", onData).once("end", onEnd).once("close", onClose);
  }

  function onData(chunk: Buffer): void {
    clearTimeout(stall);
    if (!stream.push(chunk)) req.pause();
  }

  function onEnd(): void {
    clearTimeout(stall);
    stream.push(null);
  }

  function onClose(): void {
    if (!req.complete) stream.destroy(new AppError("upload_incomplete"));
  }

  // A reader that has given up, or that has not begun, does not listen; the failure is not worth the process.
  return stream.on("error", () => {});
}
