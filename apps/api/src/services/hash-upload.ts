import { createHash } from "node:crypto";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { finished } from "node:stream/promises";

export type HashedUpload = Disposable & {
  /** The same bytes, to be read instead of the upload. */
  stream: Readable;
  /** SHA-256 of `prefix` and all bytes. Reads, and throws away, what was not read yet. */
  digest(): Promise<Buffer>;
};

/** Hashes an upload on its way. `prefix` holds what else makes requests differ. */
export function hashUpload(upload: Readable, prefix: string): HashedUpload {
  const hash = createHash("sha256").update(prefix).update("\0");
  const stream = new PassThrough({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
  });
  // Whoever reads `stream` meets the error too.
  pipeline(upload, stream, () => {});
  return {
    stream,
    async digest() {
      if (!stream.readableEnded) await finished(stream.resume(), { writable: false });
      return hash.copy().digest();
    },
    // Whoever throws the rest away must be the only reader left.
    [Symbol.dispose]: () => void upload.destroy(),
  };
}
