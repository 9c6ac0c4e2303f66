import type { Request, Response } from "express";
import { endAfterBody } from "./body/end-after-body.ts";
import type { Reply } from "./route.ts";

/** Writes a reply. A body is JSON unless the reply names another content type; then it must be text or bytes. */
export function sendReply(req: Request, res: Response, { status, headers = {}, body }: Reply): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value);

  const payload = serialize(res, body);
  if (status !== 204 && status !== 304) res.setHeader("Content-Length", Buffer.byteLength(payload));
  endAfterBody(req, res, payload);
}

function serialize(res: Response, body: unknown): string | Uint8Array {
  if (body === undefined) return "";
  if (res.hasHeader("Content-Type")) return body as string | Uint8Array;
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  return JSON.stringify(body);
}
