import type { Request, Response } from "express";
import { endAfterBody } from "./body/end-after-body.ts";
import { SerializedJson, type Chunk, type Reply } from "./route.ts";
import { sendStream } from "./send-stream.ts";

/** Writes a reply. A body is JSON unless the reply names another content type; then it must be text, bytes or a stream. */
export async function sendReply(req: Request, res: Response, { status, headers = {}, body }: Reply): Promise<void> {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value);
  if (isStream(body)) return sendStream(res, body);

  const payload = serialize(res, body);
  if (status !== 204 && status !== 304) res.setHeader("Content-Length", Buffer.byteLength(payload));
  endAfterBody(req, res, payload);
}

function isStream(body: unknown): body is AsyncIterable<Chunk> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

function serialize(res: Response, body: unknown): Chunk {
  if (body === undefined) return "";
  if (res.hasHeader("Content-Type")) return body as Chunk;
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  return body instanceof SerializedJson ? body.text : JSON.stringify(body);
}
