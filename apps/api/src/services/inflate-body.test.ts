import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflateBody, type BodyEncoding } from "./inflate-body.ts";

const mebibyte = 1024 * 1024;

async function countInflated(encoding: BodyEncoding, bytes: Buffer): Promise<number> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, n) =>
    bytes.subarray(n * 1_000, (n + 1) * 1_000),
  );
  let inflated = 0;
  for await (const piece of inflateBody(Readable.from(pieces), encoding, { maxBytes: 1e9 })) inflated += piece.length;
  return inflated;
}

const encoders = {
  gzip: gzipSync,
  br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
  zstd: zstdCompressSync,
};

describe.each(Object.entries(encoders))("a body compressed with %s", (name, encode) => {
  const encoding = name as BodyEncoding;

  test("that inflates to much more than was sent is refused", async () => {
    await expect(countInflated(encoding, encode(Buffer.alloc(64 * mebibyte)))).rejects.toMatchObject({
      code: "body_too_large",
      message: "The body inflates to more than 200 times what was sent",
    });
  });

  test("may do so in its first 16 MiB", async () => {
    expect(await countInflated(encoding, encode(Buffer.alloc(16 * mebibyte)))).toBe(16 * mebibyte);
  });

  test("may be of any size if it inflates to less", async () => {
    const bytes = Buffer.concat([randomBytes(mebibyte), Buffer.alloc(31 * mebibyte)]);
    expect(await countInflated(encoding, encode(bytes))).toBe(bytes.length);
  });
});
