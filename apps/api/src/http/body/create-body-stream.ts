import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { AppError } from "@longshore/shared/errors";
import { allowBody } from "./allow-body.ts";
import { watchPace, type Pace } from "./watch-pace.ts";

/** A client that sends a byte now and then holds no place for ever. */
const slowest: Pace = { windowMs: 30_000, bytes: 30 * 1024 };

/**
 * The bytes of a request's body. Unlike the request itself it can be destroyed, by a failing pipeline or an early `break`,
 * without taking the socket along, so that the client still gets its answer. Nothing is read, and a client that asked
 * with `Expect: 100-continue` is not told to go on, before the first read.
 * Fails with `upload_incomplete` when the client goes away and with `request_timeout` when it is slower than `pace`.
 */
export function createBodyStream(req: IncomingMessage, res: ServerResponse, pace = slowest): Readable {
  const watch = watchPace(pace, () => stream.destroy(new AppError("request_timeout")));

  const stream = new Readable({
    read() {
      if (req.destroyed) return onClose();
      watch.wait();
      if (req.listenerCount("data") > 0) req.resume();
      else start();
    },
    destroy(error, done) {
      watch.rest();
      req.off("data", onData).off("end", onEnd).off("close", onClose).pause();
      done(error);
    },
  });

  function start(): void {
    allowBody(req, res);
    req.on("data", onData).once("end", onEnd).once("close", onClose);
  }

  function onData(chunk: Buffer): void {
    watch.count(chunk.length);
    if (stream.push(chunk)) return;
    watch.rest();
    req.pause();
  }

  function onEnd(): void {
    watch.rest();
    stream.push(null);
  }

  function onClose(): void {
    if (!req.complete) stream.destroy(new AppError("upload_incomplete"));
  }

  // A reader that has given up, or that has not begun, does not listen; the failure is not worth the process.
  return stream.on("error", () => {});
}
