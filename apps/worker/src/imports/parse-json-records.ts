import { randomBytes } from "node:crypto";
import { Malformed, notWrittenOut, type Layout, type Parser } from "./parser.ts";

/** The elements of a JSON array: a chunk of them is an array but for its brackets. */
export const parseJsonRecords: Parser = {
  all: (bytes, layout) => parseArray(`[${bytes.toString()}]`)?.map((value) => withoutNotes(value, layout)),
  one: parseOne,
};

/**
 * Lines of JSON, parsed as one array with a mark between each two. The mark is not to be guessed, so two broken lines
 * can never pass for whole ones: wherever a line does not end a value, a mark is missing from its place.
 */
export const parseNdjson: Parser = {
  all(bytes, layout) {
    const mark = randomBytes(8).toString("hex");
    const marked = parseArray(`[${bytes.toString().replaceAll("\n", `,"${mark}",`)}]`);
    if (marked?.length !== 2 * layout.rows - 1) return undefined;
    const values: unknown[] = [];
    for (let at = 0; at < marked.length; at += 1) {
      if (at % 2 === 0) values.push(withoutNotes(marked[at], layout));
      else if (marked[at] !== mark) return undefined;
    }
    return values;
  },
  one: parseOne,
};

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
    return new Malformed(`is not valid JSON: ${(error as Error).message}`);
  }
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
