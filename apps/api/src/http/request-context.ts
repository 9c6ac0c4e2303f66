import { ServerResponse } from "node:http";
import type { Express, Request, Response } from "express";
import type { Logger } from "@longshore/shared/logger";
import { traceIdOf } from "@longshore/shared/tracing/trace-id-of";
import type { Span, Tracing } from "@longshore/shared/tracing/tracing";
import { nobody, type Caller } from "./caller.ts";
import { chooseRequestId } from "./choose-request-id.ts";
import type { Step } from "./prepare-requests.ts";
import type { Route } from "./route.ts";

declare global {
  namespace Express {
    interface Request {
      id: string;
      /** A guard says who it is. */
      caller: Caller;
      /** Its place in a trace: the client's own, or a new one. */
      span: Span;
      /** The route that serves it, once it is found. */
      matched?: Route;
      /** Adds the ids of the request and of its trace to each line. */
      readonly log: Logger;
      /** In `performance.now()` milliseconds. */
      startedAt: number;
    }
  }
}

/**
 * Gives each request of an app an id, a place in a trace, a logger and a start. Every answer carries the id and, from the moment its headers go
 * out, how many milliseconds it took to get there.
 */
export function openRequestContext(app: Express, log: Logger, tracing: Tracing): Step {
  provideLogs(app, log);
  timeAnswers(app);
  return (req, res) => {
    req.startedAt = performance.now();
    req.id = chooseRequestId(req.headers["x-request-id"]);
    req.span = tracing.start(req.method, { kind: "server", parent: req.headers.traceparent });
    req.caller = nobody;
    res.setHeader("X-Request-Id", req.id);
  };
}

/** A logger is made when it is asked for: most requests have nothing to log of their own. */
function provideLogs(app: Express, log: Logger): void {
  Object.defineProperty(app.request, "log", {
    get(this: Request) {
      return log.child({ requestId: this.id, traceId: traceIdOf(this.span.traceparent) });
    },
  });
}

/** By one function for all answers: one for each costs more than what it does. */
function timeAnswers(app: Express): void {
  app.response.writeHead = function writeHead(this: Response, ...args: unknown[]) {
    const elapsedMs = (performance.now() - this.req.startedAt).toFixed(2);
    this.setHeader("X-Process-Time", elapsedMs);
    this.setHeader("Server-Timing", `total;dur=${elapsedMs}`);
    return (ServerResponse.prototype.writeHead as (...args: unknown[]) => Response).apply(this, args);
  } as Response["writeHead"];
}
