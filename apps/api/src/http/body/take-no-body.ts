import type { Request, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import { z } from "zod";
import { jsonBody } from "../route.ts";
import { receiveBody } from "./receive-body.ts";

const nothing = jsonBody(z.strictObject({}), { example: {}, maxBytes: 1024 });
const without = new Set(["GET", "HEAD", "DELETE"]);

/** For a route without a body: none is dropped in silence. Some clients send `{}` with every POST, which says nothing. */
export function takeNoBody(req: Request, res: Response): undefined | Promise<undefined> {
  if (req.headers["transfer-encoding"] === undefined && Number(req.headers["content-length"] ?? 0) === 0) return;
  if (without.has(req.method)) throw new AppError("malformed_request", { message: `${req.method} takes no body here` });
  return receiveBody(req, res, nothing).then(() => undefined);
}
