import type { Request, Response } from "express";
import type { Route } from "./route.ts";

/**
 * Looks at a request before anything of it is read or checked: finds out who asks and sets `req.caller`, or throws an
 * `AppError` to refuse it. Guards run one after the other.
 */
export type Guard = (req: Request, res: Response, route: Route) => void | Promise<void>;
