import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "@longshore/shared/logger";
import { requestPath } from "./request-path.ts";
import { isHandedOver } from "./streams/serve-streams.ts";

const probes = new Set(["/livez", "/readyz", "/health", "/metrics"]);

/** nginx's number for a client that left without an answer. */
const clientClosedRequest = 499;

/** Logs one line for each request when it is over; for probes at `debug`. */
export function logRequests(log: Logger): RequestHandler {
  // To look for secrets would cost more than all the rest of these lines, which hold none.
  const plain = log.child({}, { redact: [] });
  function onClose(this: Response): void {
    logRequest(plain, this.req, this);
  }
  return (_req, res, next) => {
    res.once("close", onClose);
    next();
  };
}

function logRequest(log: Logger, req: Request, res: Response): void {
  const path = requestPath(req);
  const line = {
    requestId: req.id,
    method: req.method,
    path,
    status: res.headersSent || isHandedOver(res) ? res.statusCode : clientClosedRequest,
    durationMs: Math.round((performance.now() - req.startedAt) * 100) / 100,
  };
  const message = isWhole(res) ? "request completed" : "request aborted";
  if (probes.has(path)) log.debug(line, message);
  else log.info(line, message);
}

/** An answer with a length was written at once, even if its client left before it had stopped sending; a stream was cut. */
function isWhole(res: Response): boolean {
  return isHandedOver(res) || res.writableEnded || (res.headersSent && res.hasHeader("Content-Length"));
}
