import { isBlank, lineFeed } from "./bytes.ts";
import type { OnRecord, RecordScanner } from "./record-scanner.ts";

/** NDJSON: a record is a line. Lines of nothing but white space are no records. */
export function createNdjsonScanner(onRecord: OnRecord): RecordScanner {
  let offset = 0;
  let lineStart = 0;
  let blank = true;

  return {
    scan(piece) {
      let from = 0;
      for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, from)) {
        if (!blank || !isBlankRun(piece, from, end)) onRecord(lineStart, offset + end);
        from = end + 1;
        lineStart = offset + from;
        blank = true;
      }
      blank &&= isBlankRun(piece, from, piece.length);
      offset += piece.length;
    },
    finish() {
      if (!blank) onRecord(lineStart, offset);
    },
  };
}

function isBlankRun(piece: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isBlank(piece[at]!)) return false;
  return true;
}
