import { promisify } from "node:util";
import { zstdDecompress, type ZstdOptions } from "node:zlib";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { ImportFormat } from "@longshore/shared/db/schema";
import { isNote } from "@longshore/shared/imports/notes";
import { listRecords } from "@longshore/shared/records/list-records";
import type { ClaimedChunk } from "./claim-chunk.ts";
import { createCsvParser } from "./parse-csv.ts";
import { createJsonParser, createNdjsonParser } from "./parse-json-records.ts";
import type { Layout, Parser } from "./parser.ts";

const decompress: (payload: Buffer, options: ZstdOptions) => Promise<Buffer> = promisify(zstdDecompress);

/** Room for what a chunk inflates to, so that it does so in one go: in pieces of 16 KiB, zlib's default, it takes four times as long. */
const chunkSize = 4 * 1024 * 1024;

export type DecodedChunk = {
  /** One for each record, in order: what was sent, or that it cannot be read. To be walked once: read as it is asked for. */
  values: Iterable<unknown>;
  /** The records as they were sent, made only when one is needed. */
  raw: () => string[];
  isJson: boolean;
};

const parsers: Record<ImportFormat, (layout: Layout) => Parser> = {
  json: createJsonParser,
  ndjson: createNdjsonParser,
  csv: createCsvParser,
};

/** Turns a chunk's payload into values. Never throws for a bad record: it becomes one `Malformed`. */
export async function decodeChunk(chunk: ClaimedChunk, dataset: Dataset): Promise<DecodedChunk> {
  const bytes = await decompress(chunk.payload, { chunkSize });
  const parser = parsers[chunk.format]({
    columns: chunk.columns,
    whole: dataset.whole !== undefined,
    isNote: (field) => isNote(field, dataset),
  });
  let records: string[] | undefined;
  const isJson = chunk.format !== "csv";
  const raw = () => (records ??= listRecords(bytes, chunk.format));

  const values = parser.all?.(bytes);
  if (values?.length === chunk.rows) return { values, raw, isJson };
  return {
    values: raw()
      .values()
      .map((record) => parser.one(record)),
    raw,
    isJson,
  };
}
