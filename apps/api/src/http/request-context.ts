import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";

const harmless = /^[A-Za-z0-9._-]{8,128}$/;

/** The client's `X-Request-Id` if it is harmless in a header and in a log, else a new one. */
export function chooseRequestId(req: IncomingMessage): string {
  const given = req.headers["x-request-id"];
  return typeof given === "string" && harmless.test(given) ? given : randomUUID();
}

/** Echoes the request's id, and says when the headers go out how many milliseconds it took to get there. */
export function describeRequest(): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    res.setHeader("X-Request-Id", String(req.id));

    const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res;
    res.writeHead = (...args: unknown[]) => {
      const elapsedMs = (performance.now() - startedAt).toFixed(2);
      res.setHeader("X-Process-Time", elapsedMs);
      res.setHeader("Server-Timing", `total;dur=${elapsedMs}`);
      return writeHead(...args);
    };
    next();
  };
}
