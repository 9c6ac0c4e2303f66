import type { RequestHandler } from "express";
import type { Logger } from "@longshore/shared/logger";
import { chooseRequestId } from "./choose-request-id.ts";

declare global {
  namespace Express {
    interface Request {
      id: string;
      /** Adds the request's id to each line. */
      log: Logger;
      /** In `performance.now()` milliseconds. */
      startedAt: number;
    }
  }
}

/**
 * Gives each request an id, a logger and a start. Every answer carries the id and, from the moment its headers go out,
 * how many milliseconds it took to get there.
 */
export function openRequestContext(log: Logger): RequestHandler {
  return (req, res, next) => {
    req.startedAt = performance.now();
    req.id = chooseRequestId(req.headers["x-request-id"]);
    req.log = log.child({ requestId: req.id });
    res.setHeader("X-Request-Id", req.id);

    const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res;
    res.writeHead = (...args: unknown[]) => {
      const elapsedMs = (performance.now() - req.startedAt).toFixed(2);
      res.setHeader("X-Process-Time", elapsedMs);
      res.setHeader("Server-Timing", `total;dur=${elapsedMs}`);
      return writeHead(...args);
    };
    next();
  };
}
