import { AppError } from "../errors.ts";
import type { ImportFormat } from "../db/schema.ts";
import { createByteWindow } from "./byte-window.ts";
import { createRecordScanner } from "./record-scanner.ts";

export type SliceLimits = {
  /**
   * A slice is cut behind the record that brings it to its size. The first one is small, so that work and progress start
   * early and a small stream is spread too; each is twice the one before, up to the most.
   */
  firstSliceBytes: number;
  sliceBytes: number;
  /** Nor does a slice hold more records than this, however small they are. */
  sliceRows: number;
  maxRecordBytes: number;
};

/** Whole records as they were sent, with what separates them. `firstRow` counts from 1. */
export type Slice = { firstRow: number; rows: number; bytes: Buffer };

type Span = { firstRow: number; rows: number; start: number; end: number };

/**
 * Cuts a byte stream into slices of whole records, in order, holding about one slice in memory. The first slice of a CSV
 * stream is its header alone, as row 0.
 * Throws `malformed_body` for broken framing and `record_too_large` for a record beyond the limit.
 */
export async function* sliceRecords(
  pieces: AsyncIterable<Buffer>,
  format: ImportFormat,
  limits: SliceLimits,
): AsyncGenerator<Slice> {
  const window = createByteWindow();
  const complete: Span[] = [];
  let open: Span | undefined;
  let row = format === "csv" ? 0 : 1;
  let scanned = 0;
  let recordEnd = 0;
  let size = Math.min(limits.firstSliceBytes, limits.sliceBytes);

  const scanner = createRecordScanner(format, (start, end) => {
    checkSize(end - start);
    open ??= { firstRow: row, rows: 0, start, end };
    open.rows += 1;
    open.end = end;
    recordEnd = end;
    if (row === 0) {
      complete.push(open);
      open = undefined;
    } else if (end - open.start >= size || open.rows === limits.sliceRows) {
      complete.push(open);
      open = undefined;
      size = Math.min(size * 2, limits.sliceBytes);
    }
    row += 1;
  });

  function checkSize(recordBytes: number): void {
    if (recordBytes <= limits.maxRecordBytes) return;
    throw new AppError("record_too_large", { message: `Row ${row} is larger than ${limits.maxRecordBytes} bytes` });
  }

  function* takeComplete(): Generator<Slice> {
    for (const { firstRow, rows, start, end } of complete.splice(0)) {
      yield { firstRow, rows, bytes: window.take(start, end) };
    }
  }

  for await (const piece of pieces) {
    window.push(piece);
    scanned += piece.length;
    scanner.scan(piece);
    yield* takeComplete();
    checkSize(scanned - recordEnd);
  }
  scanner.finish();
  if (open) complete.push(open);
  yield* takeComplete();
}
