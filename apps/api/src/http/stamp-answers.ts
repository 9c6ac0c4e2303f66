import type { RequestHandler } from "express";

/** Puts the request's id on every answer and, when its headers go out, how many milliseconds it took to get there. */
export function stampAnswers(): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    res.setHeader("X-Request-Id", req.id as string);

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
