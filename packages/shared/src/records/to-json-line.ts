import { rawJson } from "./raw-json.ts";

/** A row as a line of NDJSON that an import takes: a large float looks like one, and not like an integer too large. */
export function toJsonLine(row: unknown): string {
  const line = JSON.stringify(row);
  return `${/\d{16}/.test(line) ? JSON.stringify(row, writeLargeAsFloat) : line}\n`;
}

function writeLargeAsFloat(_key: string, value: unknown): unknown {
  const large = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  return large ? rawJson(value.toExponential()) : value;
}
