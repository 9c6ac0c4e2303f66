import type { ClaimedChunk } from "./claim-chunk.ts";

/** A record that is there and cannot be read. */
export class Malformed {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** Reads the records of one format. */
export type Parser = {
  /** All of a chunk at once; undefined if one of them is broken, or it is not sure which value is whose. */
  all(bytes: Buffer, chunk: ClaimedChunk): unknown[] | undefined;
  /** One of them: its value, or `Malformed`. */
  one(record: string, chunk: ClaimedChunk): unknown;
};
