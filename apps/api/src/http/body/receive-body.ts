import type { Request, Response } from "express";
import type { JsonBody, StreamBody } from "../route.ts";
import { validate } from "@longshore/shared/validation/validate";
import { createBodyStream } from "./create-body-stream.ts";
import { contentEncodings, inflate, parseContentEncoding } from "./content-encoding.ts";
import { matchContentType } from "./match-content-type.ts";
import { parseJson, parseJsonList } from "./parse-json.ts";
import { readBytes } from "./read-bytes.ts";

const acceptHeaders: Readonly<Record<string, string>> = { POST: "Accept-Post", PATCH: "Accept-Patch" };

/** Brings a request's body into the form that its route declares. A body of another type or encoding is not read at all. */
export async function receiveBody(req: Request, res: Response, declared: JsonBody | StreamBody): Promise<unknown> {
  const accepted = declared.kind === "json" ? ["application/json"] : Object.keys(declared.contentTypes);
  const { contentType, contentEncoding } = withHints(req, res, accepted, () => ({
    contentType: matchContentType(req.headers["content-type"], accepted),
    contentEncoding: parseContentEncoding(req.headers["content-encoding"]),
  }));
  if (declared.kind === "stream") return { stream: createBodyStream(req, res), contentType, contentEncoding };

  const bytes = await readBytes(req, res, declared.maxBytes);
  const inflated = contentEncoding === "identity" ? bytes : await inflate(bytes, contentEncoding, declared.maxBytes);
  const parse = declared.itemByItem ? parseJsonList : parseJson;
  return validate(declared.schema, parse(inflated));
}

/** A refused content type or encoding is answered with what would have been accepted. */
function withHints<Value>(req: Request, res: Response, accepted: readonly string[], read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const acceptHeader = acceptHeaders[req.method];
    if (acceptHeader) res.setHeader(acceptHeader, accepted.join(", "));
    res.setHeader("Accept-Encoding", contentEncodings.join(", "));
    throw error;
  }
}
