import type { ImportFormat } from "../db/schema.ts";
import { createRecordScanner } from "./record-scanner.ts";

const openArray = Buffer.from("[");
const closeArray = Buffer.from("]");

/** The records of a slice, each as it was sent. */
export function listRecords(slice: Buffer, format: ImportFormat): string[] {
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
