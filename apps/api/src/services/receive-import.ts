import type { Readable } from "node:stream";
import { findDataset } from "@longshore/shared/datasets/datasets";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Db } from "@longshore/shared/db/create-database";
import { AppError } from "@longshore/shared/errors";
import type { Logger } from "@longshore/shared/logger";
import { chunkEntry } from "@longshore/shared/queue/entry";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { requireUtf8 } from "@longshore/shared/records/require-utf8";
import { sliceRecords } from "@longshore/shared/records/slice-records";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import { inflateBody, type BodyEncoding } from "./inflate-body.ts";
import { readCsvHeader } from "./read-csv-header.ts";
import { stageImport, type NewImport, type SealedImport, type Staging } from "./stage-import.ts";

export type ImportLimits = {
  /** The largest upload, counted after inflation. */
  maxBytes: number;
  maxRecordBytes: number;
  /** About how many bytes of records make the first chunk, and the largest one. */
  firstChunkBytes: number;
  chunkBytes: number;
  /** How many chunks of one import are in the queue at once, so that others get their turn. */
  window: number;
};

export type ReceiveImportDeps = { db: Db; producer: Producer; board: StatusBoard; limits: ImportLimits };

export type ImportRequest = NewImport & { upload: Readable; encoding: BodyEncoding; log: Logger };

/**
 * Takes an upload in: bytes → strict UTF-8 → slices of whole records → compressed chunks in PostgreSQL → sealed →
 * references in the queue. When this returns, the import will be done whatever dies next; when it throws, no row of it
 * will ever be seen.
 */
export function createReceiveImport({ db, producer, board, limits }: ReceiveImportDeps) {
  return async function receiveImport(request: ImportRequest): Promise<JobView> {
    const dataset = findDataset(request.dataset);
    if (!dataset) throw new AppError("unknown_dataset", { message: `There is no dataset "${request.dataset}"` });

    const staging = stageImport(db, request, limits.window);
    const sealed = await stageSlices(request, dataset, staging, limits).catch(async (error: unknown) => {
      await staging.discard().catch((cause: unknown) => request.log.warn({ err: cause }, "an unsealed import stays behind"));
      throw error;
    });

    const { job, imported } = sealed;
    const view = toJobView(job, imported);
    await board.publish({ view, revision: job.revision });
    await enqueueWindow(producer, sealed).catch((error: unknown) => {
      request.log.warn({ err: error, jobId: job.id }, "the queue is away: the reconciler will enqueue this import");
    });
    return view;
  };
}

async function stageSlices(request: ImportRequest, dataset: Dataset, staging: Staging, limits: ImportLimits): Promise<SealedImport> {
  const pieces = requireUtf8(inflateBody(request.upload, request.encoding, limits));
  const sizes = {
    firstSliceBytes: limits.firstChunkBytes,
    sliceBytes: limits.chunkBytes,
    maxRecordBytes: limits.maxRecordBytes,
  };
  let columns: string[] | null = null;
  let rows = 0;

  for await (const slice of sliceRecords(pieces, request.format, sizes)) {
    if (slice.firstRow === 0) {
      columns = readCsvHeader(slice.bytes, dataset);
      continue;
    }
    rows += slice.rows;
    await staging.write(slice, columns);
  }
  if (rows === 0) throw new AppError("empty_import");
  return staging.seal();
}

async function enqueueWindow(producer: Producer, { job, imported }: SealedImport): Promise<void> {
  const released = Math.min(imported.chunks_total, imported.release_window);
  await producer.enqueue(Array.from({ length: released }, (_, seq) => chunkEntry({ jobId: job.id, seq })));
}
