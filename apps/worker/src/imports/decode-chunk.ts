import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { ImportFormat } from "@longshore/shared/db/schema";
import { isNote } from "@longshore/shared/imports/notes";
import { listRecords } from "@longshore/shared/records/list-records";
import type { ClaimedChunk } from "./claim-chunk.ts";
import { parseCsv } from "./parse-csv.ts";
import { parseJsonRecords, parseNdjson } from "./parse-json-records.ts";
import type { Parser } from "./parser.ts";

const decompress = promisify(zstdDecompress);

export type DecodedChunk = {
  /** One for each record, in order: what was sent, or that it cannot be read. */
  values: unknown[];
  /** The records as they were sent, made only when one is needed. */
  raw: () => string[];
};

const parsers: Record<ImportFormat, Parser> = { json: parseJsonRecords, ndjson: parseNdjson, csv: parseCsv };

/** Turns a chunk's payload into values. Never throws for a bad record: it becomes one `Malformed`. */
export async function decodeChunk(chunk: ClaimedChunk, dataset: Dataset): Promise<DecodedChunk> {
  const bytes = await decompress(chunk.payload);
  const parser = parsers[chunk.format];
  const layout = { rows: chunk.rows, columns: chunk.columns, isNote: (field: string) => isNote(field, dataset) };
  let records: string[] | undefined;
  const raw = () => (records ??= listRecords(bytes, chunk.format));

  const values = parser.all(bytes, layout);
  if (values?.length === chunk.rows) return { values, raw };
  return { values: raw().map((record) => parser.one(record, layout)), raw };
}
