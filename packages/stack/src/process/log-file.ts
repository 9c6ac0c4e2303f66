import { mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

const maxBytes = 16 * 1024 * 1024;

/** Opens a log for appending; one that grew large starts over. Returns a file descriptor. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return openSync(file, size > maxBytes ? "w" : "a");
}

/** The last lines of a log, indented, for an error message. */
export function readLogTail(file: string, lines = 12): string {
  const text = readFileSync(file, "utf8").trimEnd();
  return text
    .split("\n")
    .slice(-lines)
    .map((line) => `  | ${line}`)
    .join("\n");
}
