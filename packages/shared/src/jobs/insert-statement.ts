import { sql } from "kysely";
import type { JobRow } from "../db/schema.ts";

/** Inserts jobs. One parameter, whatever their number: their columns as JSON. What is missing in a row is null. */
export function insertStatement(jobs: readonly JobRow[]) {
  return sql`insert into jobs (id, tenant, kind, state, payload, options, max_attempts, entry, priority,
      run_at, expires_at, dedup_key, webhook, schedule_id, tags, request_id, traceparent, created_at, updated_at)
    select id, tenant, kind, state, coalesce(payload, 'null'), coalesce(options, '{}'), max_attempts, entry, coalesce(priority, 0),
      run_at, expires_at, dedup_key, webhook, schedule_id, coalesce(tags, '{}'), request_id, traceparent, created_at, created_at
    from jsonb_to_recordset(${JSON.stringify(jobs.map(toRecord))}::jsonb) as job (id uuid, tenant text, kind text, state text,
      payload jsonb, options jsonb, max_attempts integer, entry text, priority integer, run_at timestamptz,
      expires_at timestamptz, dedup_key text, webhook text, schedule_id uuid, tags jsonb, request_id text, traceparent text,
      created_at timestamptz)`;
}

function toRecord(job: JobRow) {
  return {
    id: job.id,
    tenant: job.tenant,
    kind: job.kind,
    state: job.state,
    payload: job.payload,
    options: unlessEmpty(job.options),
    max_attempts: job.max_attempts,
    entry: job.entry,
    priority: job.priority || undefined,
    run_at: job.run_at ?? undefined,
    expires_at: job.expires_at ?? undefined,
    dedup_key: job.dedup_key ?? undefined,
    webhook: job.webhook ?? undefined,
    schedule_id: job.schedule_id ?? undefined,
    tags: unlessEmpty(job.tags),
    request_id: job.request_id ?? undefined,
    traceparent: job.traceparent ?? undefined,
    created_at: job.created_at,
  };
}

function unlessEmpty(object: object): object | undefined {
  for (const _key in object) return object;
  return undefined;
}
