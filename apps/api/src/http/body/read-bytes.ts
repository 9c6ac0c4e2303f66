import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "@longshore/shared/errors";
import { allowBody } from "./allow-body.ts";
import { bodyTooLarge } from "./body-too-large.ts";

/** What of a small body has not arrived after this long will not. */
const arrivalTimeoutMs = 60_000;

/**
 * Reads a small body whole. Throws `body_too_large` beyond `maxBytes`, `upload_incomplete` when the client goes away and
 * `request_timeout` when it takes too long. In any case the client can still be answered.
 */
export function readBytes(
  req: IncomingMessage,
  res: ServerResponse,
  maxBytes: number,
  timeoutMs = arrivalTimeoutMs,
): Promise<Buffer> {
  if (Number(req.headers["content-length"]) > maxBytes) return Promise.reject(bodyTooLarge(maxBytes));
  allowBody(req, res);

  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => fail(new AppError("request_timeout")), timeoutMs);
    req.on("data", onData).once("end", onEnd).once("close", onClose);

    function onData(chunk: Buffer): void {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes) fail(bodyTooLarge(maxBytes));
    }

    function onEnd(): void {
      stop();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    }

    function onClose(): void {
      fail(new AppError("upload_incomplete"));
    }

    function fail(error: AppError): void {
      stop();
      req.pause();
      reject(error);
    }

    function stop(): void {
      clearTimeout(timer);
      req.off("data", onData).off("end", onEnd).off("close", onClose);
    }
  });
}
