import { rawJson } from "./raw-json.ts";

/** Parses JSON so that it is written out again with each number as it came, also one that no double holds. */
export function parseAsWritten(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source: string }) =>
    typeof value === "number" && context && context.source !== String(value) ? rawJson(context.source) : value,
  );
}
