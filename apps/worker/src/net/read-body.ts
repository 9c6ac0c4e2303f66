import { pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import { FetchError } from "./fetch-error.ts";

/** What we can inflate, in the words of `Accept-Encoding`. */
export const acceptedEncodings = "gzip, br, zstd";

export type ReadBodyOptions = {
  encoding: string | undefined;
  /** How much may come out, after inflation. */
  maxBytes: number;
  wanted: "keep" | "count" | "ignore";
};

export type ReadBody = { bytes: number; body: Buffer };

/** Reads a body to its end, inflated. Rejects with `too_large` as soon as more comes out than may. */
export async function readBody(source: Readable, { encoding, maxBytes, wanted }: ReadBodyOptions): Promise<ReadBody> {
  if (wanted === "ignore") {
    source.on("error", () => {}).destroy();
    return { bytes: 0, body: Buffer.alloc(0) };
  }
  const inflater = createInflater(encoding);
  // What goes wrong with either of them is thrown by the loop.
  const inflated: Readable = inflater ? pipeline(source, inflater, () => {}) : source;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of inflated as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new FetchError("too_large", `The answer is larger than ${maxBytes} bytes`);
    if (wanted === "keep") chunks.push(chunk);
  }
  return { bytes, body: Buffer.concat(chunks) };
}

/**
 * As browsers do, takes what a server that leaves a compressed body unfinished, or empty, has sent. An encoding that we did
 * not ask for stays as it is. Zstandard's window is limited as RFC 9659 says: it is memory that the sender chooses.
 */
function createInflater(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
    case "br":
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case "zstd":
      return createZstdDecompress({
        finishFlush: constants.ZSTD_e_flush,
        params: { [constants.ZSTD_d_windowLogMax]: 23 },
      });
    default:
      return undefined;
  }
}
