import { openBrace } from "@longshore/shared/records/bytes";
import type { JsonText } from "@longshore/shared/records/json-text";
import { listLines } from "@longshore/shared/records/list-lines";
import { isPlainJson } from "@longshore/shared/validation/is-plain-json";
import { Malformed, notWrittenOut, type Layout, type Parser } from "./parser.ts";

/** Lines of JSON. A plain object that is to be kept whole is not parsed: PostgreSQL will do so, and refuse what is none. */
export function createNdjsonParser(layout: Layout): Parser {
  const one = (record: string) => parseOne(record, layout);
  if (!layout.whole) return { one };
  return {
    all: (bytes) => listLines(bytes).map((line) => (isPlainObject(line) ? line : one(line.text))),
    one,
  };
}

function isPlainObject(line: JsonText): boolean {
  return line.bytes[line.start] === openBrace && isPlainJson(line);
}

/** The elements of a JSON array: a chunk of them is an array but for its brackets. */
export function createJsonParser(layout: Layout): Parser {
  return {
    all: (bytes) => parseArray(`[${bytes.toString()}]`)?.map((value) => withoutNotes(value, layout)),
    one: (record) => parseOne(record, layout),
  };
}

function parseArray(text: string): unknown[] | undefined {
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    return undefined;
  }
}

function parseOne(record: string, layout: Layout): unknown {
  try {
    return withoutNotes(JSON.parse(record), layout);
  } catch (error) {
    return asMalformed(error);
  }
}

/** What is said of a record that `JSON.parse` does not take. */
export function asMalformed(error: unknown): Malformed {
  return new Malformed(`is not valid JSON: ${(error as Error).message}`);
}

function withoutNotes(value: unknown, { isNote }: Layout): unknown {
  if (typeof value !== "object" || value === null) return value;
  const row = value as Record<string, unknown>;
  let raw: unknown;
  for (const field in row) {
    if (!isNote(field)) continue;
    if (field === "_raw") raw = row[field];
    delete row[field];
  }
  return raw && Object.keys(row).length === 0 ? notWrittenOut() : row;
}
