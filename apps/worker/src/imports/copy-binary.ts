import { JsonText } from "@longshore/shared/records/json-text";
import type { ValidRow } from "./validate-rows.ts";

const rowsPerBlock = 2_000;

/** No flags, and no extension of the header. */
const header = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const trailer = Buffer.from([0xff, 0xff]);
/** What a jsonb begins with where it is sent as text. */
const jsonbVersion = 1;

/**
 * Rows of a tenant and one jsonb in COPY's binary format. It needs no escapes, so what is kept as it was sent goes through
 * byte by byte, and neither side looks at it twice: https://www.postgresql.org/docs/18/sql-copy.html
 */
export function* toBinaryBlocks(tenant: string, column: string, rows: readonly ValidRow[]): Generator<Buffer> {
  const start = startOfRow(tenant);
  yield header;
  for (let from = 0; from < rows.length; from += rowsPerBlock) {
    const texts = rows.slice(from, from + rowsPerBlock).map(({ row }) => toJsonText(row[column]));
    const size = texts.reduce((sum, text) => sum + start.length + 5 + text.end - text.start, 0);
    const block = Buffer.allocUnsafe(size);
    let at = 0;
    for (const text of texts) {
      at += start.copy(block, at);
      at = block.writeInt32BE(1 + text.end - text.start, at);
      at = block.writeUInt8(jsonbVersion, at);
      at += text.bytes.copy(block, at, text.start, text.end);
    }
    yield block;
  }
  yield trailer;
}

/** Two fields, of which this is the first. */
function startOfRow(tenant: string): Buffer {
  const start = Buffer.alloc(6 + Buffer.byteLength(tenant));
  start.writeInt16BE(2);
  start.writeInt32BE(start.length - 6, 2);
  start.write(tenant, 6);
  return start;
}

function toJsonText(value: unknown): JsonText {
  return value instanceof JsonText ? value : JsonText.of(JSON.stringify(value));
}
