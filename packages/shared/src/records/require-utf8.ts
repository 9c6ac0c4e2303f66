import { isUtf8 } from "node:buffer";
import { AppError } from "../errors.ts";

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Passes the pieces of a stream on if together they are strict UTF-8, cut between characters; drops a byte order mark at
 * the start. Throws `invalid_utf8` that names the piece's offset. A NUL is a character like any other here: what it spoils
 * is one row.
 */
export async function* requireUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;

  for await (const piece of pieces) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const whole = bytes.subarray(0, bytes.length - cutCharacterLength(bytes));
    if (offset === 0 && whole.length === 0) {
      rest = bytes;
      continue;
    }
    if (!isUtf8(whole)) throw invalid(offset, whole.length);
    rest = bytes.subarray(whole.length);
    const start = offset === 0 && whole.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    offset += whole.length;
    if (whole.length > start) yield whole.subarray(start);
  }
  if (rest.length > 0) throw invalid(offset, rest.length);
}

function invalid(offset: number, length: number): AppError {
  return new AppError("invalid_utf8", {
    message: `The body is not valid UTF-8 between bytes ${offset} and ${offset + length}`,
  });
}

/** How many bytes at the end belong to a character that the next piece goes on with: 0 to 3. */
function cutCharacterLength(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return length < sequenceLength(byte) ? length : 0;
  }
  return 0;
}

function sequenceLength(leadByte: number): number {
  if (leadByte >= 0xf0) return 4;
  return leadByte >= 0xe0 ? 3 : 2;
}
