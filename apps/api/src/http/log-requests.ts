import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "@longshore/shared/logger";
import { pinoHttp, type HttpLogger } from "pino-http";
import { chooseRequestId } from "./choose-request-id.ts";
import { requestPath } from "./request-path.ts";

const probes = new Set(["/livez", "/readyz", "/health", "/metrics"]);

/** nginx's number for a client that left without an answer. */
const clientClosedRequest = 499;

/** Gives each request an id and a logger, and logs one line when it is over; for probes at `debug`. */
export function logRequests(log: Logger): HttpLogger {
  return pinoHttp({
    logger: log,
    genReqId: chooseRequestId,
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: "requestId", responseTime: "durationMs" },
    customLogLevel: (req, res) => chooseLevel(req, res),
    customSuccessObject: (req, res, { durationMs }) => line(req, res, durationMs),
    customErrorObject: (req, res, _error, { durationMs }) => ({ ...line(req, res, durationMs), err: res.err }),
    customSuccessMessage: describe,
    customErrorMessage: describe,
  });
}

function chooseLevel(req: IncomingMessage, res: ServerResponse): "error" | "debug" | "info" {
  if (res.err) return "error";
  return probes.has(requestPath(req)) ? "debug" : "info";
}

function line(req: IncomingMessage, res: ServerResponse, durationMs: number): Record<string, unknown> {
  const status = res.headersSent ? res.statusCode : clientClosedRequest;
  return { method: req.method, path: requestPath(req), status, durationMs };
}

/** An answer with a length was written whole, even if the client left before it was over; a stream was cut. */
function describe(_req: IncomingMessage, res: ServerResponse): string {
  const whole = res.writableEnded || (res.headersSent && res.hasHeader("Content-Length"));
  return whole ? "request completed" : "request aborted";
}
