import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import { AppError } from "@longshore/shared/errors";

const inflaters = { gzip: createGunzip, br: createBrotliDecompress, zstd: createZstdDecompress };

export type ContentEncoding = "identity" | keyof typeof inflaters;

/** What `Accept-Encoding` says about request bodies (RFC 9110, 12.5.3). */
export const acceptedEncodings = ["identity", ...Object.keys(inflaters)].join(", ");

/** Reads a `Content-Encoding`. Throws `unsupported_encoding` for one we do not know, or for several on top of each other. */
export function parseContentEncoding(header: string | undefined): ContentEncoding {
  const encoding = header?.trim().toLowerCase() || "identity";
  if (encoding === "identity" || Object.hasOwn(inflaters, encoding)) return encoding as ContentEncoding;
  if (encoding === "x-gzip") return "gzip";
  throw new AppError("unsupported_encoding", {
    message: `The content encoding ${JSON.stringify(encoding)} is not supported; send one of ${acceptedEncodings}`,
  });
}

/** A stream that turns encoded bytes into plain ones; nothing for `identity`. */
export function createInflater(encoding: ContentEncoding): Transform | undefined {
  return encoding === "identity" ? undefined : inflaters[encoding]();
}
