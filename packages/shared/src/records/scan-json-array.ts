import { AppError } from "../errors.ts";
import { maxDepth } from "../validation/is-too-deep.ts";
import { backslash, closeBrace, closeBracket, comma, isBlank, openBrace, openBracket, quote } from "./bytes.ts";
import type { OnRecord, RecordScanner } from "./record-scanner.ts";

type Place = "before the array" | "before the first record" | "before a record" | "in a record" | "after the array";

/**
 * A JSON array: its elements are the records. Follows strings and brackets only, so a broken element whose brackets
 * match is left for the parser to refuse as one row; what would make the elements uncertain is refused here.
 */
export function createJsonArrayScanner(onRecord: OnRecord): RecordScanner {
  let offset = 0;
  let place: Place = "before the array";
  let recordStart = 0;
  let recordEnd = 0;
  let inString = false;
  let escaped = false;
  const closers: number[] = [];

  /** Reads a byte that is neither white space nor inside a string; `at` is its offset in the stream. */
  function step(byte: number, at: number): void {
    if (place === "in a record") return stepInRecord(byte, at);
    if (place === "after the array") throw broken("something follows the array", at);
    if (place === "before the array") {
      if (byte !== openBracket) throw broken("it is not an array of records", at);
      place = "before the first record";
      return;
    }
    if (byte === closeBracket && place === "before the first record") {
      place = "after the array";
      return;
    }
    if (byte === comma || byte === closeBracket) throw broken("a record is missing", at);
    place = "in a record";
    recordStart = at;
    stepInRecord(byte, at);
  }

  function stepInRecord(byte: number, at: number): void {
    if (closers.length === 0 && (byte === comma || byte === closeBracket)) {
      onRecord(recordStart, recordEnd);
      place = byte === comma ? "before a record" : "after the array";
      return;
    }
    recordEnd = at + 1;
    if (byte === quote) inString = true;
    else if (byte === openBrace || byte === openBracket) {
      if (closers.length === maxDepth) throw broken(`it is nested deeper than ${maxDepth}`, at);
      closers.push(byte === openBrace ? closeBrace : closeBracket);
    } else if ((byte === closeBrace || byte === closeBracket) && closers.pop() !== byte)
      throw broken("brackets do not match", at);
  }

  return {
    scan(piece) {
      for (let at = 0; at < piece.length; at += 1) {
        const byte = piece[at]!;
        if (!inString) {
          if (!isBlank(byte)) step(byte, offset + at);
        } else if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) {
          inString = false;
          recordEnd = offset + at + 1;
        }
      }
      offset += piece.length;
    },
    finish() {
      if (place !== "after the array") throw broken("the array does not end", offset);
    },
  };
}

function broken(what: string, at: number): AppError {
  return new AppError("malformed_body", { message: `The JSON is malformed at byte ${at}: ${what}` });
}
