import type { Logger } from "@longshore/shared/logger";
import { traceIdOf } from "@longshore/shared/tracing/trace-id-of";
import { requestPath } from "./request-path.ts";
import type { RequestObserver } from "./observe-requests.ts";

const probes = new Set(["/livez", "/readyz", "/health", "/metrics"]);

/** Logs one line for each request when it is over; for probes at `debug`. */
export function logRequest(log: Logger): RequestObserver {
  // To look for secrets would cost more than all the rest of these lines, which hold none.
  const plain = log.child({}, { redact: [] });
  return {
    end({ req, status, durationMs, isWhole }) {
      const path = requestPath(req);
      const line = {
        requestId: req.id,
        traceId: traceIdOf(req.span.traceparent),
        method: req.method,
        path,
        status,
        durationMs: Math.round(durationMs * 100) / 100,
      };
      const message = isWhole ? "request completed" : "request aborted";
      if (probes.has(path)) plain.debug(line, message);
      else plain.info(line, message);
    },
  };
}
