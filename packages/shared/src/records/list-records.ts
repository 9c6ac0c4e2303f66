import type { ImportFormat } from "../db/schema.ts";
import { isBlank, quote } from "./bytes.ts";
import { createRecordScanner } from "./record-scanner.ts";

const openArray = Buffer.from("[");
const closeArray = Buffer.from("]");

/** The records of a slice, each as it was sent. */
export function listRecords(slice: Buffer, format: ImportFormat): string[] {
  if (format === "ndjson") return splitLines(slice).filter((line) => !isBlankLine(line));
  if (format === "csv" && !slice.includes(quote)) return splitLines(slice).map(withoutReturn).filter(Boolean);
  return scanRecords(slice, format);
}

/** Where nothing can hide a line break, a record is a line. */
function splitLines(slice: Buffer): string[] {
  return slice.toString().split("\n");
}

function isBlankLine(line: string): boolean {
  for (let at = 0; at < line.length; at += 1) if (!isBlank(line.charCodeAt(at))) return false;
  return true;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function scanRecords(slice: Buffer, format: ImportFormat): string[] {
  const shift = format === "json" ? openArray.length : 0;
  const records: string[] = [];
  const scanner = createRecordScanner(format, (start, end) =>
    records.push(slice.toString("utf8", start - shift, end - shift)),
  );

  if (format === "json") scanner.scan(openArray);
  scanner.scan(slice);
  if (format === "json") scanner.scan(closeArray);
  scanner.finish();
  return records;
}
