import { isBlank, lineFeed } from "./bytes.ts";
import { JsonText } from "./json-text.ts";

/** The lines of NDJSON that are not blank, as they were sent. */
export function listLines(slice: Buffer): JsonText[] {
  const lines: JsonText[] = [];
  for (let start = 0, end = 0; start < slice.length; start = end + 1) {
    end = slice.indexOf(lineFeed, start);
    if (end < 0) end = slice.length;
    if (!isBlankLine(slice, start, end)) lines.push(new JsonText(slice, start, end));
  }
  return lines;
}

function isBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isBlank(bytes[at]!)) return false;
  return true;
}
