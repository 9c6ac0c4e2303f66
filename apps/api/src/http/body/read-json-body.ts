import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { AppError } from "@longshore/shared/errors";
import { createBodyStream } from "./create-body-stream.ts";
import { createInflater, type ContentEncoding } from "./content-encoding.ts";
import { parseJson } from "./parse-json.ts";

/** A JSON body is small: what has not arrived after this long will not. */
const arrivalTimeoutMs = 60_000;

/**
 * Reads a body whole, inflates it and parses it. Throws `body_too_large` beyond `maxBytes` inflated bytes,
 * `invalid_encoding` when it cannot be inflated, and what `parseJson` throws.
 */
export async function readJsonBody(
  req: IncomingMessage,
  res: ServerResponse,
  encoding: ContentEncoding,
  maxBytes: number,
  timeoutMs = arrivalTimeoutMs,
): Promise<unknown> {
  if (encoding === "identity" && Number(req.headers["content-length"]) > maxBytes) throw tooLarge(maxBytes);

  const body = createBodyStream(req, res);
  const deadline = setTimeout(() => body.destroy(new AppError("request_timeout")), timeoutMs);
  try {
    return parseJson(await collect(inflate(body, encoding), maxBytes));
  } finally {
    clearTimeout(deadline);
  }
}

function inflate(body: Readable, encoding: ContentEncoding): AsyncIterable<Buffer> {
  const inflater = createInflater(encoding);
  if (!inflater) return body;
  const inflated = pipeline(body, inflater, () => {});
  return describeDamage(inflated, encoding);
}

async function* describeDamage(inflated: Readable, encoding: ContentEncoding): AsyncGenerator<Buffer> {
  try {
    yield* inflated;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid_encoding", { message: `The body is not valid ${encoding}`, cause: error });
  }
}

async function collect(bytes: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("body_too_large", { message: `The body is larger than ${maxBytes} bytes` });
}
