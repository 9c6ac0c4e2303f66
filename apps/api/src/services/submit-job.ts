import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow, NewJobRow } from "@longshore/shared/db/schema";
import { isRowError } from "@longshore/shared/db/sql-error";
import { AppError } from "@longshore/shared/errors";
import { findContract, jobKinds } from "@longshore/shared/jobs/contracts";
import type { Logger } from "@longshore/shared/logger";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { Entry } from "@longshore/shared/queue/entry";
import { queueFor } from "@longshore/shared/queue/names";
import { toJobView, type JobView } from "@longshore/shared/status/job-view";
import { validate } from "@longshore/shared/validation/validate";
import { runOnce, type Answer } from "./run-once.ts";

const day = 24 * 60 * 60_000;

const jobOptionsSchema = z.strictObject({
  attempts: z.int().min(1).max(100).optional().describe("How often the handler may fail before the job does."),
  timeoutMs: z.int().min(1).max(day).optional().describe("How long one attempt may take."),
  delayMs: z
    .int()
    .min(0)
    .max(365 * day)
    .optional()
    .describe("Start no sooner than this long from now."),
  tags: z.record(z.string().min(1).max(64), z.string().max(256)).optional().describe("Labels of your own."),
});

export const submissionSchema = z.strictObject({
  kind: z.string().meta({ examples: [...jobKinds] }),
  payload: z.unknown().describe("What the kind's payload schema says."),
  options: jobOptionsSchema.optional(),
});

export type Submission = z.output<typeof submissionSchema>;
export type Submitter = { tenant: string; requestId: string; idempotencyKey: string | undefined; log: Logger };
export type SubmitJobDeps = { db: Db; producer: Producer };

/**
 * Commits jobs in micro-batches and enqueues them in micro-batches: one insert and one round trip to Redis for all that
 * arrived meanwhile. A job that is committed is accepted, also while Redis is away.
 */
export function createSubmitJob({ db, producer }: SubmitJobDeps) {
  const insert = createMicroBatch<NewJobRow, JobRow>({
    maxItems: 500,
    mayBeOneItem: isRowError,
    run: (rows) => insertJobs(db, rows),
  });
  const enqueue = createMicroBatch<Entry, undefined>({
    maxItems: 500,
    run: async (entries) => {
      await producer.enqueue(entries);
      return entries.map(() => undefined);
    },
  });

  return async function submitJob(submission: Submission, submitter: Submitter): Promise<Answer<JobView>> {
    const row = toRow(submission, submitter);
    const { idempotencyKey: key, tenant } = submitter;
    if (key === undefined) return { response: await accept(submission, submitter, await insert(row)), replayed: false };

    const fingerprint = async () => createHash("sha256").update(JSON.stringify(submission)).digest();
    return runOnce(db, { tenant, route: "jobs", key }, fingerprint, async (once) => {
      const job = await db.transaction().execute(async (trx) => {
        const [inserted] = await insertJobs(trx, [row]);
        await once.answer(trx, toJobView(inserted!));
        return inserted!;
      });
      return accept(submission, submitter, job);
    });
  };

  async function accept(submission: Submission, submitter: Submitter, job: JobRow): Promise<JobView> {
    const entry = {
      id: job.entry!,
      queue: queueFor(job.kind),
      data: { jobs: [job.id] },
      delayMs: submission.options?.delayMs ?? 0,
    };
    await enqueue(entry).catch((error: unknown) => {
      submitter.log.warn({ err: error, jobId: job.id }, "the queue is away: the reconciler will enqueue this job");
    });
    return toJobView(job);
  }
}

async function insertJobs(db: Kysely<Database>, rows: readonly NewJobRow[]): Promise<JobRow[]> {
  const inserted = await db.insertInto("jobs").values(rows).returningAll().execute();
  const byId = new Map(inserted.map((job) => [job.id, job]));
  return rows.map((row) => byId.get(row.id)!);
}

function toRow({ kind, payload, options = {} }: Submission, submitter: Submitter): NewJobRow {
  const contract = findContract(kind);
  if (!contract) throw unknownKind(kind);
  validate(contract.payload, payload, ["payload"]);

  const { attempts = contract.attempts, delayMs = 0, tags = {}, timeoutMs } = options;
  const id = uuidv7();
  return {
    id,
    tenant: submitter.tenant,
    kind,
    state: delayMs > 0 ? "scheduled" : "queued",
    payload: JSON.stringify(payload),
    options: JSON.stringify({ timeoutMs }),
    max_attempts: attempts,
    entry: `${id}-0`,
    run_at: delayMs > 0 ? new Date(Date.now() + delayMs) : null,
    tags: JSON.stringify(tags),
    request_id: submitter.requestId,
    updated_at: new Date(),
  };
}

function unknownKind(kind: string): AppError {
  const message = `There is no kind "${kind}"; there are: ${jobKinds.join(", ")}`;
  return new AppError("unknown_kind", { message, errors: [{ pointer: "/kind", code: "unknown_kind", message }] });
}
