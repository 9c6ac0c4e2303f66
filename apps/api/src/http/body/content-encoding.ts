import { promisify } from "node:util";
import { brotliDecompress, gunzip, zstdDecompress } from "node:zlib";
import { AppError } from "@longshore/shared/errors";
import { bodyTooLarge } from "./body-too-large.ts";

const inflaters = { gzip: promisify(gunzip), br: promisify(brotliDecompress), zstd: promisify(zstdDecompress) };

export type ContentEncoding = "identity" | keyof typeof inflaters;

export const contentEncodings = ["identity", ...Object.keys(inflaters)] as readonly ContentEncoding[];

/** Reads a `Content-Encoding`. Throws `unsupported_encoding` for one we do not know, or for several on top of each other. */
export function parseContentEncoding(header = "identity"): ContentEncoding {
  const name = header.trim().toLowerCase();
  const encoding = contentEncodings.find((known) => known === (name === "x-gzip" ? "gzip" : name));
  if (encoding) return encoding;
  throw new AppError("unsupported_encoding", {
    message: `The content encoding ${JSON.stringify(header)} is not supported; send one of ${contentEncodings.join(", ")}`,
  });
}

/** Inflates a body that is in memory. Throws `body_too_large` beyond `maxBytes` and `invalid_encoding` for broken bytes. */
export async function inflate(
  bytes: Buffer,
  encoding: Exclude<ContentEncoding, "identity">,
  maxBytes: number,
): Promise<Buffer> {
  try {
    return await inflaters[encoding](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge(maxBytes);
    throw new AppError("invalid_encoding", { message: `The body is not valid ${encoding}`, cause: error });
  }
}
