import type { ImportFormat } from "../db/schema.ts";
import { createCsvScanner } from "./scan-csv.ts";
import { createJsonArrayScanner } from "./scan-json-array.ts";
import { createNdjsonScanner } from "./scan-ndjson.ts";

/** Called for each record in turn, with the byte offsets in the whole stream where it starts and just behind its end. */
export type OnRecord = (start: number, end: number) => void;

/**
 * Finds where the records of a byte stream end, without parsing them: this room's one idea. A scanner keeps only a few
 * numbers between two pieces, so the pieces may be cut anywhere, also inside a character.
 */
export type RecordScanner = {
  /** Looks at the next piece of the stream. Throws `malformed_body` where the format's framing is broken. */
  scan(piece: Uint8Array): void;
  /** The stream is over: reports a last record that had no end of its own. Throws if it cannot be over here. */
  finish(): void;
};

const scanners = {
  ndjson: createNdjsonScanner,
  csv: createCsvScanner,
  json: createJsonArrayScanner,
} satisfies Record<ImportFormat, (onRecord: OnRecord) => RecordScanner>;

export function createRecordScanner(format: ImportFormat, onRecord: OnRecord): RecordScanner {
  return scanners[format](onRecord);
}
