import { AppError } from "../errors.ts";
import { carriageReturn, comma, lineFeed, quote } from "./bytes.ts";
import type { OnRecord, RecordScanner } from "./record-scanner.ts";

type Place = "at a field's start" | "in a field" | "in quotes" | "behind a quote in quotes";

/**
 * CSV as RFC 4180 has it: a record ends at a line break (LF or CRLF) outside quotes. A quote opens a field only at the
 * field's start, so a stray one spoils its own record and not its neighbours. Empty lines are no records.
 */
export function createCsvScanner(onRecord: OnRecord): RecordScanner {
  let offset = 0;
  let recordStart = 0;
  let place: Place = "at a field's start";
  let previous = lineFeed;

  function endRecord(at: number): void {
    const end = previous === carriageReturn ? at - 1 : at;
    if (end > recordStart) onRecord(recordStart, end);
  }

  return {
    scan(piece) {
      for (let at = 0; at < piece.length; at += 1) {
        if (place === "in quotes") {
          at = piece.indexOf(quote, at);
          if (at === -1) break;
          place = "behind a quote in quotes";
          previous = quote;
          continue;
        }
        const byte = piece[at]!;
        if (byte === lineFeed) {
          endRecord(offset + at);
          recordStart = offset + at + 1;
          place = "at a field's start";
        } else if (byte === comma) place = "at a field's start";
        else if (byte === quote && place !== "in a field") place = "in quotes";
        else place = "in a field";
        previous = byte;
      }
      offset += piece.length;
    },
    finish() {
      if (place === "in quotes")
        throw new AppError("malformed_body", { message: "The CSV ends inside a quoted field" });
      if (offset > recordStart) endRecord(offset);
    },
  };
}
