import { randomBytes } from "node:crypto";
import { Malformed, type Parser } from "./parser.ts";

/** The elements of a JSON array: a chunk of them is an array but for its brackets. */
export const parseJsonRecords: Parser = {
  all: (bytes) => parseArray(`[${bytes.toString()}]`)?.map(dropAnnotations),
  one: parseOne,
};

/**
 * Lines of JSON, parsed as one array with a mark between each two. The mark is not to be guessed, so two broken lines
 * can never pass for whole ones: wherever a line does not end a value, a mark is missing from its place.
 */
export const parseNdjson: Parser = {
  all(bytes, { rows }) {
    const mark = randomBytes(8).toString("hex");
    const marked = parseArray(`[${bytes.toString().replaceAll("\n", `,"${mark}",`)}]`);
    if (marked?.length !== 2 * rows - 1) return undefined;
    const values: unknown[] = [];
    for (let at = 0; at < marked.length; at += 1) {
      if (at % 2 === 0) values.push(dropAnnotations(marked[at]));
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

function parseOne(record: string): unknown {
  try {
    return dropAnnotations(JSON.parse(record));
  } catch (error) {
    return new Malformed(`is not valid JSON: ${(error as Error).message}`);
  }
}

/** Fields that start with `_` are notes on a row, such as those of a rejects file: never data. */
function dropAnnotations(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const field in value) if (field.startsWith("_")) delete (value as Record<string, unknown>)[field];
  return value;
}
