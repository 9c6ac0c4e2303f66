import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { Chunk } from "./route.ts";

/**
 * Writes chunks as fast as the client takes them. Waits for the first one before the headers go out, so that a source
 * that fails at once is answered with a problem; one that fails later cuts the answer, which must not look complete.
 */
export async function sendStream(res: Response, chunks: AsyncIterable<Chunk>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (res.req.method === "HEAD") {
    await iterator.return?.();
    res.end();
    return;
  }
  await pipeline(async function* () {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }, res);
}
