import type { JobRow } from "../db/schema.ts";
import { newId } from "../new-id.ts";
import { findContract } from "./contracts.ts";
import { createdAtOf } from "./created-at-of.ts";
import { findRunTime } from "./job-options.ts";
import type { Submission } from "./submission.ts";

/** Where a job comes from. */
export type JobOrigin = {
  tenant: string;
  requestId: string | null;
  traceparent?: string | null;
  scheduleId?: string;
};

/**
 * The row of a new job, whole: nothing of it is left for the database to fill in. It belongs to no queue entry yet, see
 * `assignEntries`. The kind must be a registered one.
 */
export function toJobRow({ kind, payload, options = {} }: Submission, origin: JobOrigin): JobRow {
  const id = newId();
  const createdAt = new Date(createdAtOf(id));
  const runAtMs = findRunTime(options, createdAt.getTime());
  const { expiresAt, timeoutMs } = options;
  return {
    id,
    tenant: origin.tenant,
    kind,
    state: runAtMs === undefined ? "queued" : "scheduled",
    payload,
    options: timeoutMs === undefined ? {} : { timeoutMs },
    attempt: 0,
    max_attempts: options.attempts ?? findContract(kind)!.attempts,
    delivery: 0,
    settled_delivery: 0,
    entry: null,
    priority: options.priority ?? 0,
    run_at: runAtMs === undefined ? null : new Date(runAtMs),
    expires_at: expiresAt === undefined ? null : new Date(expiresAt),
    dedup_key: options.dedupKey ?? null,
    webhook: options.webhook?.url ?? null,
    webhook_job_id: null,
    schedule_id: origin.scheduleId ?? null,
    result: null,
    error: null,
    tags: options.tags ?? {},
    revision: 1,
    request_id: origin.requestId,
    traceparent: origin.traceparent ?? null,
    created_at: createdAt,
    started_at: null,
    finished_at: null,
    updated_at: createdAt,
    outcome: null,
  };
}
