import type { Request, RequestHandler, Response } from "express";
import { requestPath } from "./request-path.ts";

const probes = new Set(["/livez", "/readyz", "/health", "/metrics"]);

/** nginx's number for a client that left without an answer. */
const clientClosedRequest = 499;

/** Logs one line for each request when it is over; for probes at `debug`. */
export function logRequests(): RequestHandler {
  return (req, res, next) => {
    res.once("close", () => logRequest(req, res));
    next();
  };
}

function logRequest(req: Request, res: Response): void {
  const path = requestPath(req);
  const line = {
    method: req.method,
    path,
    status: res.headersSent ? res.statusCode : clientClosedRequest,
    durationMs: Math.round((performance.now() - req.startedAt) * 100) / 100,
  };
  const message = isWhole(res) ? "request completed" : "request aborted";
  if (probes.has(path)) req.log.debug(line, message);
  else req.log.info(line, message);
}

/** An answer with a length was written at once, even if its client left before it had stopped sending; a stream was cut. */
function isWhole(res: Response): boolean {
  return res.writableEnded || (res.headersSent && res.hasHeader("Content-Length"));
}
