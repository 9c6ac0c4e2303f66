import type { Readable } from "node:stream";
import { findDataset } from "@longshore/shared/datasets/datasets";
import { hasKey, type Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Db } from "@longshore/shared/db/create-database";
import { AppError } from "@longshore/shared/errors";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import { chunkEntry } from "@longshore/shared/queue/entry";
import { requireUtf8 } from "@longshore/shared/records/require-utf8";
import { sliceRecords, type SliceLimits } from "@longshore/shared/records/slice-records";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import type { AdmissionLimits, AdmitUpload } from "./admit-upload.ts";
import type { CheckWebhook } from "./check-webhook.ts";
import { hashUpload } from "./hash-upload.ts";
import { inflateBody, type BodyEncoding } from "./inflate-body.ts";
import { readCsvHeader } from "./read-csv-header.ts";
import { runOnce, type Answer, type Once } from "./run-once.ts";
import { stageImport, type NewImport, type SealedImport } from "./stage-import.ts";

export type ImportLimits = SliceLimits &
  AdmissionLimits & {
    /** The largest upload, counted after inflation. */
    maxBytes: number;
    /** How many chunks of one import are in the queue at once, so that others get their turn. */
    window: number;
  };

export type ReceiveImportDeps = {
  db: Db;
  producer: Producer;
  flow: Pick<FlowMeter, "countIn">;
  uploads: AdmitUpload;
  limits: ImportLimits;
  checkWebhook: CheckWebhook;
  /** Collects what uploads leave behind: it lies outside of V8's heap, and V8 would let it grow to 64 MiB and more. */
  collectGarbage?: (() => void) | undefined;
};

/** So many bytes of uploads leave about twice as much behind; to collect that takes some 20 ms. */
const collectEvery = 16 * 1024 * 1024;

export type ImportRequest = NewImport & {
  upload: Readable;
  encoding: BodyEncoding;
  idempotencyKey: string | undefined;
  log: Logger;
};

/**
 * Takes an upload in: bytes → strict UTF-8 → slices of whole records → compressed chunks in PostgreSQL → sealed →
 * references in the queue. When this returns, the import will be done whatever dies next; when it throws, no row of it
 * will ever be seen.
 */
export function createReceiveImport({
  db,
  producer,
  flow,
  uploads,
  limits,
  checkWebhook,
  collectGarbage,
}: ReceiveImportDeps) {
  let uncollected = 0;

  return async function receiveImport(request: ImportRequest): Promise<Answer<JobView>> {
    const dataset = findDataset(request.dataset);
    if (!dataset) throw new AppError("unknown_dataset", { message: `There is no dataset "${request.dataset}"` });
    if (request.onConflict !== "error") requireKey(dataset);
    checkWebhook(request.webhook, ["query", "webhook"]);
    if (request.correctionOf) await requireParent(request.correctionOf, request);

    using admission = await uploads.admit(request.tenant);
    const { idempotencyKey: key, tenant } = request;
    if (key === undefined) return { response: await receive(request.upload), replayed: false };
    using hashed = hashUpload(request.upload, describeRequest(request));
    return await runOnce(
      db,
      { tenant, route: "imports", key },
      () => hashed.digest(),
      (once) => receive(hashed.stream, once),
    );

    async function receive(upload: Readable, once?: Once): Promise<JobView> {
      const { job, imported } = await stage({ ...request, upload }, dataset!, admission.check, once);
      flow.countIn([job]);
      await enqueueWindow({ job, imported }).catch((error: unknown) => {
        request.log.warn({ err: error, jobId: job.id }, "the queue is away: the reconciler will enqueue this import");
      });
      return toJobView(job, imported);
    }
  };

  async function stage(
    request: ImportRequest,
    dataset: Dataset,
    check: () => Promise<void>,
    once?: Once,
  ): Promise<SealedImport> {
    const staging = stageImport(db, request, limits.window);
    try {
      const pieces = requireUtf8(inflateBody(request.upload, request.encoding, limits));
      let columns: string[] | null = null;
      let rows = 0;
      for await (const slice of sliceRecords(pieces, request.format, limits)) {
        if (slice.firstRow === 0) {
          columns = readCsvHeader(slice.bytes, dataset);
          continue;
        }
        rows += slice.rows;
        await staging.write(slice, columns);
        if (slice.firstRow > 1) await check();
        tidyAfter(slice.bytes.length);
      }
      if (rows === 0) throw new AppError("empty_import");
      return await staging.seal(async (trx, { job, imported }) => once?.answer(trx, toJobView(job, imported)));
    } catch (error) {
      await staging
        .discard()
        .catch((cause: unknown) => request.log.warn({ err: cause }, "an unsealed import stays behind"));
      throw error;
    }
  }

  function tidyAfter(bytes: number): void {
    uncollected += bytes;
    if (uncollected < collectEvery) return;
    uncollected = 0;
    collectGarbage?.();
  }

  async function requireParent(correctionOf: string, { tenant, dataset }: ImportRequest): Promise<void> {
    const parent = await db
      .selectFrom("imports")
      .innerJoin("jobs", "jobs.id", "imports.job_id")
      .select("dataset")
      .where("job_id", "=", correctionOf)
      .where("tenant", "=", tenant)
      .executeTakeFirst();
    if (parent?.dataset === dataset) return;
    throw refused("/query/correctionOf", parent ? `is an import into ${parent.dataset}` : "is no import");
  }

  async function enqueueWindow({ job, imported }: SealedImport): Promise<void> {
    const released = Math.min(imported.chunks_total, imported.release_window);
    await producer.enqueue(Array.from({ length: released }, (_, seq) => chunkEntry({ jobId: job.id, seq })));
  }
}

/** To skip or update what is there already, there must be a way to tell. */
function requireKey(dataset: Dataset): void {
  if (!hasKey(dataset))
    throw refused("/query/onConflict", `has no meaning in ${dataset.name}: without a key, no row is a duplicate`);
}

function refused(pointer: string, message: string): AppError {
  return new AppError("validation_failed", {
    message: `${pointer} ${message}`,
    errors: [{ pointer, code: "invalid_value", message }],
  });
}

/** What makes two imports of the same bytes different requests. */
function describeRequest({
  dataset,
  format,
  onConflict,
  dryRun,
  maxRejects,
  correctionOf,
  webhook,
  encoding,
}: ImportRequest): string {
  return JSON.stringify([dataset, format, onConflict, dryRun, maxRejects, correctionOf, webhook, encoding]);
}
