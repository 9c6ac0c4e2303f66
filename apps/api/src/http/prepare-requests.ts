import type { Request, RequestHandler, Response } from "express";
import type { Tracing } from "@longshore/shared/tracing/tracing";

/** Something that is done with each request before its route is looked for. Throws an `AppError` to refuse it. */
export type Step = (req: Request, res: Response) => void;

/**
 * Takes each request through all steps and goes on within its span, which one of them has begun. All in one layer of
 * Express: a layer costs more than what most of them do.
 */
export function prepareRequests(steps: readonly Step[], tracing: Tracing): RequestHandler {
  return (req, res, next) => {
    for (const step of steps) step(req, res);
    tracing.within(req.span, next);
  };
}
