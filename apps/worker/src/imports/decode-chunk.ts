import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { parse } from "csv-parse/sync";
import type { ImportFormat } from "@longshore/shared/db/schema";
import { listRecords } from "@longshore/shared/records/list-records";
import type { ClaimedChunk } from "./claim-chunk.ts";

const decompress = promisify(zstdDecompress);

/** A record that is there and cannot be read. */
export class Malformed {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export type DecodedChunk = {
  /** One for each record, in order: what was sent, or that it cannot be read. */
  values: unknown[];
  /** The records as they were sent, made only when a reject needs one. */
  raw: () => string[];
};

/** Turns a chunk's payload into values. Never throws for a bad record: it becomes one `Malformed`. */
export async function decodeChunk(chunk: ClaimedChunk): Promise<DecodedChunk> {
  const bytes = await decompress(chunk.payload);
  let records: string[] | undefined;
  const raw = () => (records ??= listRecords(bytes, chunk.format));
  return { values: parsers[chunk.format](bytes, raw, chunk), raw };
}

type Parser = (bytes: Buffer, raw: () => string[], chunk: ClaimedChunk) => unknown[];

const parsers: Record<ImportFormat, Parser> = {
  json: (_bytes, raw) => raw().map(parseJson),
  ndjson: (_bytes, raw) => raw().map(parseJson),
  csv: parseCsv,
};

function parseJson(record: string): unknown {
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

const csvOptions = { record_delimiter: ["\r\n", "\n"], skip_empty_lines: true, relax_column_count: true };

/** Parses the whole chunk at once; if it has a broken record, one by one. */
function parseCsv(bytes: Buffer, raw: () => string[], { columns, rows }: ClaimedChunk): unknown[] {
  const parsed = tryParse(bytes);
  if (parsed?.length === rows) return parsed.map((cells) => toObject(cells, columns!));
  return raw().map((record) => {
    const one = tryParse(record);
    return one?.length === 1 ? toObject(one[0]!, columns!) : new Malformed("is not valid CSV");
  });
}

function tryParse(input: Buffer | string): string[][] | undefined {
  try {
    return parse(input, csvOptions) as string[][];
  } catch {
    return undefined;
  }
}

function toObject(cells: string[], columns: string[]): unknown {
  if (cells.length !== columns.length) return new Malformed(`has ${cells.length} cells, not ${columns.length}`);
  const row: Record<string, string> = {};
  for (let at = 0; at < columns.length; at += 1) if (!columns[at]!.startsWith("_")) row[columns[at]!] = cells[at]!;
  return row;
}
