import { z } from "zod";
import type { ImportRow, JobRow } from "../db/schema.ts";
import { exampleJob } from "./example-job.ts";
import { importCounts, importCountsSchema, importProgress } from "./import-counts.ts";
import { jobStateSchema } from "./job-state.ts";
import { progressSchema } from "./progress.ts";

const moment = z.iso.datetime();

/** A job as a client sees it. */
export const jobViewSchema = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    dataset: z.string().optional().describe("Imports only."),
    dryRun: z.boolean().optional().describe("Imports only: whether the rows were only tried."),
    state: jobStateSchema,
    attempt: z.number().int().describe("The attempt under way, or how many were made."),
    maxAttempts: z.number().int(),
    priority: z.number().int().describe("0 goes first; the higher the number, the later."),
    progress: progressSchema
      .nullable()
      .describe("How far it is: of an import, or what a running handler reported last."),
    counts: importCountsSchema
      .optional()
      .describe("Imports only: received = inserted + updated + skipped + rejected + pending."),
    createdAt: moment,
    runAt: moment.nullable().describe("It starts no sooner: the delay asked for, or the wait after a failed attempt."),
    expiresAt: moment.nullable().describe("If it has not started by then, it never does."),
    startedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    result: z.unknown().describe("What the handler returned."),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe("Why it is over without success, or why the last attempt failed."),
    tags: z.record(z.string(), z.string()),
    dedupKey: z.string().nullable().describe("While it is pending, this key leads to it instead of to a new job."),
    webhook: z.string().nullable().describe("Who is told when it is over."),
    scheduleId: z.uuid().nullable().describe("The schedule that submitted it."),
    links: z.object({
      self: z.string(),
      events: z.string().describe("Server-sent events; a WebSocket upgrade brings the same."),
      logs: z.string(),
      rejects: z.string().optional().describe("Imports only."),
      correctionOf: z.string().optional().describe("The import whose rejected rows this one corrects."),
      deliveries: z.string().optional().describe("With a webhook: the attempts to deliver it."),
    }),
  })
  .meta({ id: "Job", examples: [exampleJob] });

export type JobView = z.infer<typeof jobViewSchema>;

/** The columns that a view is made of. The payload, which may be large, is none of them. */
export const viewedJobColumns = [
  "id",
  "kind",
  "state",
  "attempt",
  "max_attempts",
  "priority",
  "run_at",
  "expires_at",
  "dedup_key",
  "webhook",
  "schedule_id",
  "result",
  "error",
  "tags",
  "created_at",
  "started_at",
  "finished_at",
] as const satisfies (keyof JobRow)[];

/** The same of an import. */
export const viewedImportColumns = [
  "dataset",
  "dry_run",
  "rows_received",
  "rows_inserted",
  "rows_updated",
  "rows_skipped",
  "rows_rejected",
  "correction_of",
] as const satisfies (keyof ImportRow)[];

export type ViewedJob = Pick<JobRow, (typeof viewedJobColumns)[number]>;
export type ViewedImport = Pick<ImportRow, (typeof viewedImportColumns)[number]>;

/** Shapes a committed job, with its import when it is one. `now` dates the rates and the estimate. */
export function toJobView(job: ViewedJob, imported?: ViewedImport, now = new Date()): JobView {
  const self = `/v1/jobs/${job.id}`;
  const underWay = job.state === "running" || job.state === "cancelling";
  return {
    id: job.id,
    kind: job.kind,
    ...(imported && { dataset: imported.dataset, dryRun: imported.dry_run }),
    state: job.state,
    attempt: underWay ? job.attempt + 1 : job.attempt,
    maxAttempts: job.max_attempts,
    priority: job.priority,
    progress: imported ? importProgress(job, imported, now) : null,
    ...(imported && { counts: importCounts(imported) }),
    createdAt: job.created_at.toISOString(),
    runAt: job.run_at?.toISOString() ?? null,
    expiresAt: job.expires_at?.toISOString() ?? null,
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
    result: job.result,
    error: job.error,
    tags: job.tags,
    dedupKey: job.dedup_key,
    webhook: job.webhook,
    scheduleId: job.schedule_id,
    links: {
      self,
      events: `${self}/events`,
      logs: `${self}/logs`,
      ...(imported && { rejects: `${self}/rejects` }),
      ...(imported?.correction_of && { correctionOf: `/v1/jobs/${imported.correction_of}` }),
      ...(job.webhook && { deliveries: `${self}/deliveries` }),
    },
  };
}
