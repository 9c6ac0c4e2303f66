import { pipeline, type Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import { AppError } from "@longshore/shared/errors";

export type BodyEncoding = "identity" | "gzip" | "br" | "zstd";

export type BodyLimits = {
  /** Counts the bytes after inflation. */
  maxBytes: number;
};

/** A body may inflate to so many times what was sent, once it has inflated to more than the first bytes. */
const mostInflation = 200;
const inflatedFreely = 16 * 1024 * 1024;

type Inflator = Transform & { bytesWritten: number };

const inflators: Record<Exclude<BodyEncoding, "identity">, () => Inflator> = {
  gzip: createGunzip,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/**
 * The bytes of an upload as they were before the client compressed them, read only as fast as they are taken.
 * Throws `body_too_large`, `invalid_encoding` for broken compression and `upload_incomplete` when the client goes away.
 */
export async function* inflateBody(
  upload: Readable,
  encoding: BodyEncoding,
  limits: BodyLimits,
): AsyncGenerator<Buffer> {
  // The pipeline's callback is where a broken upload ends the inflator; the loop below meets the same error.
  const inflator = encoding === "identity" ? undefined : inflators[encoding]();
  const bytes = inflator ? pipeline(upload, inflator, () => {}) : upload;
  let received = 0;
  try {
    for await (const piece of bytes as AsyncIterable<Buffer>) {
      received += piece.length;
      if (received > limits.maxBytes) throw tooLarge(`is larger than ${limits.maxBytes} bytes`);
      if (inflator && received > Math.max(inflatedFreely, mostInflation * inflator.bytesWritten))
        throw tooLarge(`inflates to more than ${mostInflation} times what was sent`);
      yield piece;
    }
  } catch (error) {
    throw translate(error, upload);
  }
}

function tooLarge(what: string): AppError {
  return new AppError("body_too_large", { message: `The body ${what}` });
}

function translate(error: unknown, upload: Readable): unknown {
  if (error instanceof AppError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (upload.errored || ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(code)) {
    return new AppError("upload_incomplete", { cause: error });
  }
  if (/^(Z_|ERR__?ERROR_|ERR_BROTLI|ERR_ZSTD|ZSTD_|ERR_PADDING|ERR_)/.test(code)) {
    return new AppError("invalid_encoding", {
      message: `The body cannot be inflated: ${(error as Error).message}`,
      cause: error,
    });
  }
  return error;
}
