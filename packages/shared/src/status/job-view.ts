import { z } from "zod";
import type { ImportRow, JobRow } from "../db/schema.ts";
import { isTerminal, jobStateSchema } from "./job-state.ts";

const progressSchema = z.object({
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  ratio: z.number().min(0).max(1),
  rowsPerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
});

const countsSchema = z.object({
  received: z.number().int(),
  inserted: z.number().int(),
  updated: z.number().int(),
  skipped: z.number().int(),
  rejected: z.number().int(),
  pending: z
    .number()
    .int()
    .describe("Rows that are not applied yet, or never will be because the import was ended early."),
});

const moment = z.iso.datetime();

/** A job as a client sees it. */
export const jobViewSchema = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    dataset: z.string().optional().describe("Imports only."),
    dryRun: z.boolean().optional().describe("Imports only: whether the rows were only tried."),
    state: jobStateSchema,
    attempt: z.number().int(),
    maxAttempts: z.number().int(),
    progress: progressSchema.nullable(),
    counts: countsSchema
      .optional()
      .describe("Imports only: received = inserted + updated + skipped + rejected + pending."),
    createdAt: moment,
    startedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    result: z.unknown(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    tags: z.record(z.string(), z.string()),
    links: z.object({
      self: z.string(),
      rejects: z.string().optional(),
      correctionOf: z.string().optional().describe("The import whose rejected rows this one corrects."),
    }),
  })
  .meta({ id: "Job" });

export type JobView = z.infer<typeof jobViewSchema>;
export type Progress = z.infer<typeof progressSchema>;

/** Shapes a committed job, with its import when it is one. `now` dates the rates and the estimate. */
export function toJobView(job: JobRow, imported?: ImportRow, now = new Date()): JobView {
  const self = `/v1/jobs/${job.id}`;
  return {
    id: job.id,
    kind: job.kind,
    ...(imported && { dataset: imported.dataset, dryRun: imported.dry_run }),
    state: job.state,
    attempt: job.state === "running" ? job.attempt + 1 : job.attempt,
    maxAttempts: job.max_attempts,
    progress: imported ? importProgress(job, imported, now) : null,
    ...(imported && { counts: importCounts(imported) }),
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
    result: job.result,
    error: job.error,
    tags: job.tags,
    links: {
      self,
      ...(imported && { rejects: `${self}/rejects` }),
      ...(imported?.correction_of && { correctionOf: `/v1/jobs/${imported.correction_of}` }),
    },
  };
}

function importCounts(row: ImportRow) {
  return {
    received: row.rows_received,
    inserted: row.rows_inserted,
    updated: row.rows_updated,
    skipped: row.rows_skipped,
    rejected: row.rows_rejected,
    pending: row.rows_received - settledRows(row),
  };
}

function settledRows(row: ImportRow): number {
  return row.rows_inserted + row.rows_updated + row.rows_skipped + row.rows_rejected;
}

function importProgress(job: JobRow, row: ImportRow, now: Date): Progress {
  const total = row.rows_received;
  const done = settledRows(row);
  const seconds = job.started_at ? ((job.finished_at ?? now).getTime() - job.started_at.getTime()) / 1_000 : 0;
  const rowsPerSecond = seconds > 0 && done > 0 ? Math.round(done / seconds) : null;
  const running = !isTerminal(job.state);
  return {
    done,
    total,
    unit: "rows",
    ratio: total > 0 ? Math.min(1, done / total) : 0,
    rowsPerSecond,
    etaSeconds: running && rowsPerSecond ? Math.round(((total - done) / rowsPerSecond) * 10) / 10 : null,
  };
}
